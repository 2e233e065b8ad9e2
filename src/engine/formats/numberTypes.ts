/** @file The number types that files keep weights in. */
import { dataView } from '../support/dataView';
import { UnsupportedModelError } from '../support/errors';
import { decodeBfloat16, decodeFloat16, encodeBfloat16, encodeFloat16 } from '../support/float16';

/** Little-endian. */
export interface NumberType {
  readonly name: string;
  readonly bytes: number;
  read(source: DataView, offset: number): number;
  /** Rounds to the nearest number of the type; `false` where none is near enough. */
  write(target: DataView, offset: number, value: number): boolean;
}

export const float32: NumberType = {
  name: 'float32',
  bytes: 4,
  read: (source, offset) => source.getFloat32(offset, true),
  write(target, offset, value) {
    target.setFloat32(offset, value, true);
    return true;
  },
};

export const float64: NumberType = {
  name: 'float64',
  bytes: 8,
  read: (source, offset) => source.getFloat64(offset, true),
  write(target, offset, value) {
    target.setFloat64(offset, value, true);
    return true;
  },
};

export const float16 = half('float16', decodeFloat16, encodeFloat16);
export const bfloat16 = half('bfloat16', decodeBfloat16, encodeBfloat16);

function half(name: string, decode: (bits: number) => number, encode: (value: number) => number): NumberType {
  return {
    name,
    bytes: 2,
    read: (source, offset) => decode(source.getUint16(offset, true)),
    write(target, offset, value) {
      const bits = encode(value);
      target.setUint16(offset, bits, true);
      return Number.isFinite(decode(bits));
    },
  };
}

const LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** The numbers in `stored`, a whole number of elements. */
export function decodeNumbers(type: NumberType, stored: Uint8Array): Float32Array {
  const values = new Float32Array(stored.byteLength / type.bytes);
  if (type === float32 && LITTLE_ENDIAN) {
    new Uint8Array(values.buffer).set(stored);
    return values;
  }
  const view = dataView(stored);
  for (let i = 0; i < values.length; i++) values[i] = type.read(view, i * type.bytes);
  return values;
}

/**
 * A copy of `stored` with these values. Elements that keep their value keep their bits. Throws
 * {@link UnsupportedModelError} where the type cannot hold a value.
 */
export function replaceNumbers(type: NumberType, stored: Uint8Array, values: Float32Array, place: string): Uint8Array {
  const result = stored.slice();
  const view = dataView(result);
  for (let i = 0; i < values.length; i++) replaceNumber(type, view, i * type.bytes, values[i] ?? 0, place);
  return result;
}

/** One of {@link replaceNumbers}, in place. */
export function replaceNumber(type: NumberType, target: DataView, offset: number, value: number, place: string): void {
  if (Math.fround(type.read(target, offset)) === value || type.write(target, offset, value)) return;
  throw new UnsupportedModelError('a repaired weight does not fit into the numbers of the file', {
    place,
    expected: `a number of type ${type.name}`,
    got: value.toPrecision(4),
  });
}
