import { describe, expect, it } from 'vitest';
import { base64Length, decodeFloats, encodeBase64, encodeFloats } from '../../../../src/engine/support/base64';

describe('base64', () => {
  it('agrees with Node for every length and byte', () => {
    const all = Uint8Array.from({ length: 256 }, (_, i) => i);
    for (let length = 0; length <= 256; length += length < 8 ? 1 : 31) {
      const text = Buffer.from(all.subarray(256 - length)).toString('base64');
      expect(encodeBase64(all.subarray(256 - length))).toBe(text);
      expect(text).toHaveLength(base64Length(length));
    }
  });

  it('keeps floats bit for bit', () => {
    const values = Float32Array.of(0, -0, 1 / 3, 255, 1e-40, Infinity);
    expect(decodeFloats(encodeFloats(values), values.length)).toEqual(values);
    expect(() => decodeFloats(encodeFloats(values), 7)).toThrow('Not 7 float32 values');
    // Same number of letters, one byte short.
    expect(() => decodeFloats(encodeBase64(new Uint8Array(7)), 2)).toThrow(RangeError);
  });
});
