/** @file Numbers in bytes. */

/** Of these bytes alone, wherever they lie in their buffer. */
export function dataView(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
