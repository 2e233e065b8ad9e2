import { describe, expect, it } from 'vitest';
import { PairEffects } from '../../../../../src/engine/detect/pairs/pairEffect';
import type { Evaluator } from '../../../../../src/engine/classify/evaluator';

const shape = { channels: 1, height: 4, width: 4 };
/** Two images of each of three labels; all of an image's pixels are ten times its label, which is how `logits` knows it. */
const labels = Int32Array.from([0, 0, 1, 1, 2, 2]);
const images = { images: Float32Array.from({ length: 96 }, (_, i) => 10 * (labels[i >> 4] ?? 0)), labels, count: 6 };
/** Pixel 5 lit. */
const trigger = {
  mask: Float32Array.from({ length: 16 }, (_, i) => Number(i === 5)),
  pattern: new Float32Array(16).fill(255),
};

/** Label 1 gains `gain(label)` where pixel 5 is lit. */
function network(gain: (label: number) => number): Pick<Evaluator, 'logits'> {
  return {
    logits: ({ images: given, count }, prepare) => {
      const logits = new Float32Array(3 * count);
      for (let i = 0; i < count; i++) {
        const image = Float32Array.from(given.subarray(16 * i, 16 * i + 16));
        const label = (image[0] ?? 0) / 10;
        prepare?.(image, i);
        logits[3 * i + label] = 10;
        logits[3 * i + 1] = (logits[3 * i + 1] ?? 0) + (image[5] === 255 ? gain(label) : 0);
      }
      return Promise.resolve(logits);
    },
  };
}

describe('PairEffects', () => {
  it('tells what a trigger does to images of its source from what it does to others', async () => {
    const effects = new PairEffects(
      network((label) => (label === 0 ? 20 : 5)),
      images,
      shape,
    );
    const effect = await effects.of({ source: 0, target: 1 }, trigger);
    expect(effect.attackSuccess).toBe(1);
    expect(effect.effectOnOthers).toBeCloseTo(0.25, 6);
    // The moved trigger loses all of it, the moved image nothing.
    expect(effect.tiedToPlace).toBeCloseTo(1, 6);
  });

  it('counts the images that reach the target', async () => {
    const effects = new PairEffects(
      network(() => 8),
      images,
      shape,
    );
    expect((await effects.of({ source: 2, target: 1 }, trigger)).attackSuccess).toBe(0);
  });
});
