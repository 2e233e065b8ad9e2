import { describe, expect, it } from 'vitest';
import { sampleImage } from '../../../../../src/engine/output/pictures/sampleImage';

describe('sampleImage', () => {
  it('interleaves planes', () => {
    const pixels = Uint8Array.of(1, 2, 3, 4, 11, 12, 13, 14, 21, 22, 23, 24);
    expect(sampleImage(pixels, { channels: 3, height: 2, width: 2 })).toEqual({
      width: 2,
      height: 2,
      channels: 3,
      pixels: Uint8Array.of(1, 11, 21, 2, 12, 22, 3, 13, 23, 4, 14, 24),
    });
  });

  it('keeps grey grey, rounds fractions and drops transparency', () => {
    expect(sampleImage(Float32Array.of(0.4, 254.6), { channels: 1, height: 1, width: 2 })).toMatchObject({
      channels: 1,
      pixels: Uint8Array.of(0, 255),
    });
    expect(sampleImage(Uint8Array.of(1, 2, 3, 4), { channels: 4, height: 1, width: 1 }).pixels).toEqual(
      Uint8Array.of(1, 2, 3),
    );
  });

  it('shrinks what is too long and keeps its proportions', () => {
    const pixels = new Uint8Array(3 * 40 * 80).fill(7);
    const image = sampleImage(pixels, { channels: 3, height: 40, width: 80 }, 20);
    expect(image).toMatchObject({ width: 20, height: 10 });
    expect(new Set(image.pixels)).toEqual(new Set([7]));
    expect(sampleImage(pixels, { channels: 3, height: 40, width: 80 }, 100)).toMatchObject({ width: 80, height: 40 });
  });
});
