/** @file The 16-bit floats that weights are stored in: IEEE 754 binary16 and bfloat16. Encoding rounds to nearest, ties to even. */

const word = new DataView(new ArrayBuffer(4));

/** The number with these 16 bits. */
export function decodeFloat16(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25);
}

/** The bits of the nearest binary16 number; infinity from 65520 on. */
export function encodeFloat16(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  if (Number.isNaN(value)) return 0x7e00;
  if (size >= 65520) return sign | 0x7c00;
  // Below 2^-14 the spacing stays 2^-24; a fraction that rounds up carries into the exponent by itself.
  const exponent = Math.max(Math.floor(Math.log2(size)), -14);
  const steps = roundToEven(size * 2 ** (10 - exponent));
  return sign | (((exponent + 14) << 10) + steps);
}

/** The number with these 16 bits: the upper half of a binary32. */
export function decodeBfloat16(bits: number): number {
  word.setUint32(0, bits * 65536);
  return word.getFloat32(0);
}

/** The bits of the nearest bfloat16 number. */
export function encodeBfloat16(value: number): number {
  word.setFloat32(0, value);
  const bits = word.getUint32(0);
  if (Number.isNaN(value)) return 0x7fc0;
  return (bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16;
}

function roundToEven(value: number): number {
  const low = Math.floor(value);
  const rest = value - low;
  return rest > 0.5 || (rest === 0.5 && low % 2 === 1) ? low + 1 : low;
}
