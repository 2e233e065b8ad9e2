import { expect, it } from 'vitest';
import { lostWhenMoved } from '../../../../../src/engine/detect/respond/lostWhenMoved';

const SIDE = 14;
const AREA = SIDE * SIDE;
const PLACE = 3 * SIDE + 3;
const input = { channels: 1, height: SIDE, width: SIDE };

/** Label 1 gets up to 10 by what a pixel's place weighs; label 0, which all black images are, has 1. */
function classifier(weightOf: (y: number, x: number) => number) {
  return {
    logits: (
      { images, count }: { images: Float32Array; count: number },
      stamp?: (image: Float32Array, index: number) => void,
    ) => {
      const logits = Array.from({ length: count }, (_, i) => {
        const image = images.slice(i * AREA, (i + 1) * AREA);
        stamp?.(image, i);
        return [
          1,
          image.reduce((sum, pixel, at) => sum + (pixel / 25.5) * weightOf(Math.floor(at / SIDE), at % SIDE), 0),
        ];
      });
      return Promise.resolve(Float32Array.from(logits.flat()));
    },
  };
}

async function lost(weightOf: (y: number, x: number) => number): Promise<number | undefined> {
  const trigger = {
    label: 1,
    mask: new Float32Array(AREA).fill(1, PLACE, PLACE + 1),
    pattern: new Float32Array(AREA).fill(255),
  };
  const images = { images: new Float32Array(200 * AREA), count: 200, source: '' };
  return (await lostWhenMoved(classifier(weightOf), images, input, [trigger], 5)).get(1);
}

it('is nothing for a trigger that works everywhere', async () => {
  expect(await lost(() => 1)).toBeCloseTo(0);
});

it('is nearly all for one that works in its place alone', async () => {
  const share = await lost((y, x) => Number(y === 3 && x === 3));
  // One place in 196 is its own, when it is moved anywhere.
  expect(share).toBeGreaterThan(0.97);
  expect(share).toBeLessThanOrEqual(1);
});

it('is the mean of a small move, of which a quarter stay in the row, and of a large one, of which a 14th does', async () => {
  expect(Math.abs(((await lost((y) => Number(y === 3))) ?? NaN) - (1 - (1 / 4 + 1 / 14) / 2))).toBeLessThan(0.06);
});

it('is not a number where the trigger has no effect', async () => {
  expect(await lost(() => 0)).toBeNaN();
});
