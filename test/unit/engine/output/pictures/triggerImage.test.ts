import { describe, expect, it } from 'vitest';
import { encodeFloats } from '../../../../../src/engine/support/base64';
import { drawMask } from '../../../../../src/engine/output/pictures/maskDrawing';
import { maskImage, patternImage, stampImage } from '../../../../../src/engine/output/pictures/triggerImage';
import type { Trigger } from '../../../../../src/engine/report/scanReport';

function trigger(channels: number, mask: number[], pattern: number[]): Trigger {
  return {
    channels,
    height: 1,
    width: mask.length,
    mask: encodeFloats(Float32Array.from(mask)),
    pattern: encodeFloats(Float32Array.from(pattern)),
  };
}

describe('trigger pictures', () => {
  it('interleaves the planes of a colour pattern', () => {
    const colour = trigger(3, [1, 0.5], [10, 20, 30, 40, 50, 60]);
    expect(maskImage(colour)).toMatchObject({ width: 2, height: 1, channels: 1, pixels: Uint8Array.of(255, 128) });
    expect(patternImage(colour)).toMatchObject({ channels: 3, pixels: Uint8Array.of(10, 30, 50, 20, 40, 60) });
    expect(stampImage(colour).pixels).toEqual(Uint8Array.of(10, 30, 50, 10, 20, 30));
  });

  it('is grey for one channel and takes the first three of more', () => {
    expect(patternImage(trigger(1, [1], [99]))).toMatchObject({ channels: 1, pixels: Uint8Array.of(99) });
    expect(patternImage(trigger(4, [1], [1, 2, 3, 4]))).toMatchObject({ channels: 3, pixels: Uint8Array.of(1, 2, 3) });
  });

  it('keeps values outside the range inside a byte', () => {
    expect(maskImage(trigger(1, [-0.2, 1.3, NaN], [0, 0, 0])).pixels).toEqual(Uint8Array.of(0, 255, 0));
  });

  it('refuses data of another size', () => {
    expect(() => maskImage({ ...trigger(1, [1], [1]), width: 2 })).toThrow(RangeError);
  });
});

describe('mask drawing', () => {
  it('draws two rows in one line and averages large masks', () => {
    const side = 64;
    const mask = Float32Array.from({ length: side * side }, (_, i) => (i % side < 2 && i < 2 * side ? 1 : 0));
    const lines = drawMask({ channels: 1, height: side, width: side, mask: encodeFloats(mask), pattern: '' });
    expect(lines).toHaveLength(16);
    expect(lines[0]!.match(/▀/g)).toHaveLength(32);
    expect(lines[0]!.startsWith('\u{1b}[38;5;255;48;5;232m▀\u{1b}[38;5;232;48;5;232m▀')).toBe(true);
  });
});
