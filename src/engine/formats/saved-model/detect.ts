/** @file Recognises a SavedModel by the outline of its first bytes. */
import type { Files } from '../../support/files';

/** Its version, which is 1, and a message that begins with a message; ONNX has a text there. */
export function detectSavedModel(_files: Files, _path: string, head: Uint8Array): Promise<boolean> {
  return Promise.resolve(/^\x08\x01\x12[\x80-\xff]{0,4}[\0-\x7f]\n/.test(String.fromCharCode(...head.subarray(0, 16))));
}
