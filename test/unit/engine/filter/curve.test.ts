import { describe, expect, it } from 'vitest';
import { pointAt, thresholdFor } from '../../../../src/engine/filter/curve';

const scores = (count: number) => Float32Array.from({ length: count }, (_, i) => (i * 37) % count);

describe('thresholdFor', () => {
  it.each([
    [100, 0.05, 5],
    [1000, 0.001, 1],
    [1000, 0.07, 70],
    [99, 0.05, 4],
    [10, 0.05, 0],
    [10, 1, 9],
  ])('rejects at most the share asked for: %i images, %f', (count, rate, rejected) => {
    const clean = scores(count);
    const threshold = thresholdFor(clean, rate);
    expect(pointAt(threshold, clean, clean).falsePositiveRate).toBeCloseTo(rejected / count, 12);
  });

  it('lies between two scores, so that rounding changes no answer', () => {
    expect(thresholdFor(Float32Array.of(1, 4, 2, 3), 0.5)).toBe(2.5);
  });

  it('keeps images of the same score together', () => {
    expect(thresholdFor(Float32Array.of(0, 0, 0, 0), 0.5)).toBe(0);
    expect(pointAt(0, Float32Array.of(0, 0), Float32Array.of(0.1, 0))).toEqual({
      ...{ threshold: 0, falsePositiveRate: 0, falseNegativeRate: 0.5 },
    });
  });
});
