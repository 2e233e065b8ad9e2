/** @file Bytes and float arrays as Base64 text, for reports, checkpoints and inline images. */

/** Length of the Base64 text of so many bytes, padding included. */
export function base64Length(bytes: number): number {
  return 4 * Math.ceil(bytes / 3);
}

export function encodeBase64(bytes: Uint8Array): string {
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}

/** Little-endian float32. */
export function encodeFloats(values: Float32Array): string {
  const bytes = new Uint8Array(values.length * 4);
  const view = new DataView(bytes.buffer);
  values.forEach((value, i) => {
    view.setFloat32(i * 4, value, true);
  });
  return encodeBase64(bytes);
}

/** Inverse of {@link encodeFloats}; throws a RangeError for text of another length than `length` floats. */
export function decodeFloats(text: string, length: number): Float32Array {
  if (text.length !== base64Length(4 * length)) throw new RangeError(`Not ${length} float32 values in Base64`);
  const view = new DataView(Uint8Array.from(atob(text), (char) => char.charCodeAt(0)).buffer);
  return Float32Array.from({ length }, (_, i) => view.getFloat32(i * 4, true));
}
