import { describe, expect, it } from 'vitest';
import { generateSamples } from '../../../../src/engine/samples/generated/generateSamples';
import { cloudyNoise, deadLeaves, strokes } from '../../../../src/engine/samples/generated/pictures';
import { Random } from '../../../../src/engine/support/random';

const shape = { channels: 3, height: 40, width: 32 };
const SIZE = 3 * 40 * 32;

/** Mean absolute difference of neighbours in a row, in levels. */
function roughness(image: Uint8Array): number {
  let sum = 0;
  for (let i = 1; i < image.length; i++) if (i % shape.width !== 0) sum += Math.abs(image[i]! - image[i - 1]!);
  return sum / image.length;
}

describe('generated samples', () => {
  it('are the same for the same seed, differ from one another, and have no labels', () => {
    const [first, again, other] = [
      generateSamples(shape, 6, 1),
      generateSamples(shape, 6, 1),
      generateSamples(shape, 6, 2),
    ];
    expect(first.images).toEqual(again.images);
    expect(first.images).not.toEqual(other.images);
    expect(first.images.subarray(0, SIZE)).not.toEqual(first.images.subarray(3 * SIZE, 4 * SIZE));
    expect(first).toMatchObject({ ...shape, count: 6, generated: true });
    expect(first.labels).toBeUndefined();
  });

  it.each([
    ['dead leaves', deadLeaves],
    ['strokes', strokes],
    ['cloudy noise', cloudyNoise],
  ])('%s fill every channel with light and dark', (_, painter) => {
    const images = Array.from({ length: 20 }, (__, seed) => {
      const image = new Uint8Array(SIZE);
      painter(image, shape, new Random(seed));
      return image;
    });
    for (let c = 0; c < shape.channels; c++) {
      const values = images.flatMap((image) => [...image.subarray(c * 1280, (c + 1) * 1280)]);
      expect(Math.min(...values)).toBeLessThan(40);
      expect(Math.max(...values)).toBeGreaterThan(215);
    }
    // Areas and edges, unlike white noise, whose neighbours differ by 85 on average.
    for (const image of images) expect(roughness(image)).toBeLessThan(40);
  });
});
