/** @file Recognises a SavedModel by the outline of its first bytes. */

/** Its version, which is 1, and a message that begins with a message; ONNX has a text there. */
export function isSavedModel(head: Uint8Array): boolean {
  return /^\x08\x01\x12[\x80-\xff]{0,4}[\0-\x7f]\n/.test(String.fromCharCode(...head.subarray(0, 16)));
}
