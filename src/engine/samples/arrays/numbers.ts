/** @file Element types of array files, and their conversion to what the engine computes with. */

import { dataView } from '../../support/dataView';
import { decodeFloat16 } from '../../support/float16';

/** Kind as in NumPy: unsigned, signed, float, boolean. */
export interface NumberType {
  readonly kind: 'u' | 'i' | 'f' | 'b';
  /** Bytes per element. */
  readonly size: 1 | 2 | 4 | 8;
  readonly littleEndian: boolean;
}

/** 8-bit unsigned and boolean values stay bytes; everything else becomes float32 (exact up to 2^24 for integers). */
export type Numbers = Uint8Array | Float32Array;

/** Decodes `bytes`, whose length is a multiple of the element size. */
export function decodeNumbers(bytes: Uint8Array, type: NumberType): Numbers {
  if (type.size === 1 && type.kind !== 'i') return bytes;
  const view = dataView(bytes);
  const get = elementReader(view, type);
  const values = new Float32Array(bytes.length / type.size);
  for (let i = 0, offset = 0; i < values.length; i++, offset += type.size) values[i] = get(offset);
  return values;
}

function elementReader(view: DataView, type: NumberType): (offset: number) => number {
  const { littleEndian } = type;
  switch (`${type.kind}${type.size}`) {
    case 'i1':
      return (offset) => view.getInt8(offset);
    case 'u2':
      return (offset) => view.getUint16(offset, littleEndian);
    case 'i2':
      return (offset) => view.getInt16(offset, littleEndian);
    case 'f2':
      return (offset) => decodeFloat16(view.getUint16(offset, littleEndian));
    case 'u4':
      return (offset) => view.getUint32(offset, littleEndian);
    case 'i4':
      return (offset) => view.getInt32(offset, littleEndian);
    case 'f4':
      return (offset) => view.getFloat32(offset, littleEndian);
    case 'u8':
      return (offset) => Number(view.getBigUint64(offset, littleEndian));
    case 'i8':
      return (offset) => Number(view.getBigInt64(offset, littleEndian));
    case 'f8':
      return (offset) => view.getFloat64(offset, littleEndian);
    default:
      throw new RangeError(`No numbers of type ${type.kind}${type.size}`);
  }
}
