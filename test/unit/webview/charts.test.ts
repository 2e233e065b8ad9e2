import { describe, expect, it } from 'vitest';
import { boxStatistics } from '../../../src/webview/charts/boxStatistics';
import { linearScale, logScale } from '../../../src/webview/charts/scale';

describe('linearScale', () => {
  it('has round ticks that hold the domain', () => {
    expect(linearScale([0, 127.7], [0, 100], 8).ticks).toEqual([0, 20, 40, 60, 80, 100, 120, 140]);
    expect(linearScale([-1.94, 3.71], [0, 100], 6).ticks).toEqual([-2, -1, 0, 1, 2, 3, 4]);
    expect(linearScale([0, 0.3], [0, 100], 3).ticks).toEqual([0, 0.1, 0.2, 0.3]);
  });

  it('maps the ends of the axis to the ends of the range, also backwards', () => {
    const scale = linearScale([0, 10], [200, 0], 5);
    expect([0, 5, 10].map((value) => scale.position(value))).toEqual([200, 100, 0]);
  });

  it.each([
    [0, 0],
    [5, 5],
  ])('stays finite for a domain of %d to %d', (low, high) => {
    const scale = linearScale([low, high], [0, 100], 5);
    expect(scale.ticks.length).toBeGreaterThan(1);
    expect(Number.isFinite(scale.position(low))).toBe(true);
  });
});

describe('logScale', () => {
  it('has powers of ten, and zero at the lower end', () => {
    const scale = logScale([0.002, 0.4], [0, 90]);
    expect(scale.ticks).toEqual([0.001, 0.01, 0.1, 1]);
    expect([0, 0.001, 0.1, 1].map((value) => Math.round(scale.position(value)))).toEqual([0, 0, 60, 90]);
  });
});

describe('boxStatistics', () => {
  it('has the quartiles of numpy', () => {
    // numpy.percentile([1, 2, 4, 8, 16, 32], [0, 25, 50, 75, 100])
    expect(boxStatistics([32, 1, 8, 2, 16, 4])).toEqual({
      min: 1,
      lowerQuartile: 2.5,
      median: 6,
      upperQuartile: 14,
      max: 32,
    });
  });

  it('does with one value, and knows nothing of none', () => {
    expect(boxStatistics([7])).toEqual({ min: 7, lowerQuartile: 7, median: 7, upperQuartile: 7, max: 7 });
    expect(boxStatistics([])).toBeUndefined();
  });
});
