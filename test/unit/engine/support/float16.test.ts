import { describe, expect, it } from 'vitest';
import { decodeBfloat16, decodeFloat16, encodeBfloat16, encodeFloat16 } from '../../../../src/engine/support/float16';

const ALL = Array.from({ length: 65536 }, (_, bits) => bits);

describe('binary16', () => {
  it('decodes the values of IEEE 754', () => {
    expect([0x3c00, 0xc000, 0x7bff, 0x0400, 0x03ff, 0x0001, 0x3555].map(decodeFloat16)).toEqual([
      1,
      -2,
      65504,
      2 ** -14,
      2 ** -14 - 2 ** -24,
      2 ** -24,
      0.333251953125,
    ]);
    expect(decodeFloat16(0x7c00)).toBe(Infinity);
    expect(decodeFloat16(0xfc00)).toBe(-Infinity);
    expect(decodeFloat16(0x7c01)).toBeNaN();
    expect(Object.is(decodeFloat16(0x8000), -0)).toBe(true);
  });

  it('encodes every one of its numbers to the same bits', () => {
    expect(
      ALL.filter((bits) => !Number.isNaN(decodeFloat16(bits)) && encodeFloat16(decodeFloat16(bits)) !== bits),
    ).toEqual([]);
  });

  it('rounds to the nearest number, ties to even, over the whole range', () => {
    for (let bits = 0; bits < 0x7bff; bits++) {
      const [low, high] = [decodeFloat16(bits), decodeFloat16(bits + 1)];
      const middle = (low + high) / 2;
      expect(encodeFloat16(middle)).toBe(bits % 2 === 0 ? bits : bits + 1);
      expect(encodeFloat16(middle - (high - low) / 64)).toBe(bits);
      expect(encodeFloat16(-middle - (high - low) / 64)).toBe((bits + 1) | 0x8000);
    }
  });

  it('overflows to infinity from 65520 on', () => {
    expect(encodeFloat16(65519.99)).toBe(0x7bff);
    expect(encodeFloat16(65520)).toBe(0x7c00);
    expect(encodeFloat16(-1e9)).toBe(0xfc00);
    expect(decodeFloat16(encodeFloat16(NaN))).toBeNaN();
  });
});

describe('bfloat16', () => {
  it('is the upper half of a binary32', () => {
    expect([0x3f80, 0xc000, 0x4049, 0x0001].map(decodeBfloat16)).toEqual([1, -2, 3.140625, 2 ** -133]);
    expect(
      ALL.filter((bits) => !Number.isNaN(decodeBfloat16(bits)) && encodeBfloat16(decodeBfloat16(bits)) !== bits),
    ).toEqual([]);
  });

  it('rounds to nearest, ties to even', () => {
    expect(encodeBfloat16(1 + 2 ** -8)).toBe(0x3f80);
    expect(encodeBfloat16(1 + 3 * 2 ** -8)).toBe(0x3f82);
    expect(encodeBfloat16(1 + 2 ** -8 + 2 ** -16)).toBe(0x3f81);
    expect(encodeBfloat16(3.4e38)).toBe(0x7f80);
  });
});
