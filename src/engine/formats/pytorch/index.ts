/** @file Weights as PyTorch saves them (`.pt`, `.pth`, `.bin`): state dictionaries, checkpoints and pickled modules. */
import type { ModelFormat } from '../format';
import { isLegacy } from './legacyFile';
import { readPyTorch } from './read';

export const pytorch: ModelFormat = {
  id: 'pytorch',
  label: 'PyTorch',
  detect: (_files, _path, head) => Promise.resolve(isLegacy(head) || isTorchZip(head)),
  read: readPyTorch,
};

/** By the name of the first member, in the archive's own folder. */
function isTorchZip(head: Uint8Array): boolean {
  const isZip = [0x50, 0x4b, 3, 4].every((byte, i) => head[i] === byte);
  const name = new TextDecoder('latin1').decode(head.subarray(30));
  return isZip && /^[^/]+\/(data\.pkl|data\/\d+|constants\.pkl|code\/|version|byteorder|\.format_version)/.test(name);
}
