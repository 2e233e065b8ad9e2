import { describe, expect, it } from 'vitest';
import { anomalyIndices, median, scaledMad } from '../../../../../src/engine/detect/judge/outliers';

describe('the paper’s outlier statistic', () => {
  it('takes the mean of the two middle values for an even count, as NumPy does', () => {
    expect(median([4, 1, 3, 2])).toBe(2.5);
    expect(median([5, 1, 3])).toBe(3);
    expect(median([])).toBeNaN();
  });

  it('scales the MAD by 1.4826', () => {
    // |x − 4| = 3 2 0 1 5, median 2.
    expect(scaledMad([1, 2, 4, 5, 9])).toBeCloseTo(2 * 1.4826, 12);
  });

  it('gives the index of a hand-computed case, positive on the small side', () => {
    // median 80, deviations 70 5 0 5 10 → MAD 5.
    const indices = anomalyIndices([10, 75, 80, 85, 90]);
    expect(indices[0]).toBeCloseTo(70 / (5 * 1.4826), 12);
    expect(indices[2]).toBe(0);
    expect(indices[4]).toBeCloseTo(-10 / (5 * 1.4826), 12);
  });

  it('says nothing where the MAD is zero', () => {
    expect(anomalyIndices([1, 7, 7, 7, 7])).toEqual([0, 0, 0, 0, 0]);
  });

  it('cannot exceed 1/1.4826 with two labels', () => {
    expect(Math.max(...anomalyIndices([1, 1000]))).toBeCloseTo(1 / 1.4826, 12);
  });
});
