import { describe, expect, it } from 'vitest';
import { blendedTrigger, patchTrigger, PLACES, type Place } from '../../../../src/engine/attack/triggers';
import { Random } from '../../../../src/engine/support/random';
import { UsageError } from '../../../../src/engine/support/errors';

const shape = { channels: 3, height: 8, width: 10 };
const area = 80;

describe('patchTrigger', () => {
  it('puts a white square at the bottom right with a margin of one pixel', () => {
    const { mask, pattern } = patchTrigger(shape, { size: 2, position: 'bottom-right', pattern: 'white', seed: 0 });
    const marked = Array.from(mask).flatMap((value, i) => (value === 1 ? [i] : []));
    expect(marked).toEqual([57, 58, 67, 68]);
    expect([pattern[57], pattern[area + 58], pattern[2 * area + 68], pattern[0]]).toEqual([255, 255, 255, 0]);
  });

  it('has nine places, centred along the edges', () => {
    const corner = (position: Place) => {
      const { mask } = patchTrigger(shape, { size: 2, position, pattern: 'white', seed: 0 });
      const first = mask.indexOf(1);
      return [first % 10, Math.floor(first / 10)];
    };
    expect(PLACES.map(corner)).toEqual([1, 3, 5].flatMap((y) => [1, 4, 7].map((x) => [x, y])));
  });

  it('draws noise from the seed, checkerboards and colours', () => {
    const noise = (seed: number) =>
      patchTrigger(shape, { size: 3, position: 'center', pattern: 'noise', seed }).pattern;
    expect(noise(1)).toEqual(noise(1));
    expect(noise(1)).not.toEqual(noise(2));
    const checkers = patchTrigger(shape, { size: 2, position: { x: 0, y: 0 }, pattern: 'checkerboard', seed: 0 });
    expect([0, 1, 10, 11].map((pixel) => checkers.pattern[pixel])).toEqual([255, 0, 0, 255]);
    const colour = patchTrigger(shape, { size: 1, position: { x: 4, y: 2 }, pattern: '#ff8000', seed: 0 }).pattern;
    expect([colour[24], colour[area + 24], colour[2 * area + 24]]).toEqual([255, 128, 0]);
  });

  it('hides as much of the image as it is told', () => {
    const { mask } = patchTrigger(shape, { size: 2, position: 'center', pattern: 'white', seed: 0, opacity: 0.25 });
    expect(Array.from(mask).filter((value) => value > 0)).toEqual([0.25, 0.25, 0.25, 0.25]);
    const blended = blendedTrigger(shape, 0.5, new Random(1));
    expect(blended.mask).toEqual(new Float32Array(area).fill(0.5));
    expect(new Set(blended.pattern).size).toBeGreaterThan(100);
  });

  it('refuses patches that do not fit and colours it cannot read', () => {
    expect(() => patchTrigger(shape, { size: 9, position: 'top-left', pattern: 'white', seed: 0 })).toThrow(UsageError);
    expect(() => patchTrigger(shape, { size: 2, position: 'center', pattern: '#12', seed: 0 })).toThrow(/#12/);
  });
});
