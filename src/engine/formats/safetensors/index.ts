/** @file Weights in the safetensors format of Hugging Face. */
import type { ModelFormat } from '../format';
import { readSafetensors } from './read';

export const safetensors: ModelFormat = {
  id: 'safetensors',
  label: 'safetensors',
  detect: (_files, _path, head) => Promise.resolve(isSafetensors(head)),
  read: readSafetensors,
};

/** Eight bytes with the length of the header, at most 100 MB, then a JSON object. */
function isSafetensors(head: Uint8Array): boolean {
  const isShort = [4, 5, 6, 7].every((i) => head[i] === 0);
  return isShort && /^\{\s*"/.test(new TextDecoder('latin1').decode(head.subarray(8)));
}
