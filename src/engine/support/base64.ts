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
  const binary = atob(text);
  // Plain loops: ten times as fast as callbacks, which large triggers need.
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = binary.charCodeAt(i);
  const view = new DataView(bytes.buffer);
  const values = new Float32Array(length);
  for (let i = 0; i < length; i++) values[i] = view.getFloat32(i * 4, true);
  return values;
}
