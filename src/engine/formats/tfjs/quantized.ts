/** @file Weights that TensorFlow.js stores as whole numbers between a smallest and a largest value. */
import type { NumberType } from '../numberTypes';

/** `min + code · scale`. A value must have a code within half a step of it. */
export function quantized(storage: 'uint8' | 'uint16', scale: number, min: number): NumberType {
  const wide = storage === 'uint16';
  const largest = wide ? 65535 : 255;
  return {
    name: `${storage} between ${min.toPrecision(4)} and ${(min + largest * scale).toPrecision(4)}`,
    bytes: wide ? 2 : 1,
    read: (source, offset) => (wide ? source.getUint16(offset, true) : source.getUint8(offset)) * scale + min,
    write(target, offset, value) {
      // All values equal: TensorFlow.js writes scale 0, and only that value can stand.
      const code = scale === 0 ? 0 : Math.round((value - min) / scale);
      if (!(code >= 0 && code <= largest) || (scale === 0 && value !== Math.fround(min))) return false;
      if (wide) target.setUint16(offset, code, true);
      else target.setUint8(offset, code);
      return true;
    },
  };
}
