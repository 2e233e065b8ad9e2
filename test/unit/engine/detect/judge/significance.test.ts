import { describe, expect, it } from 'vitest';
import { familyWisePValues, maxOutliers, outlierStatistics } from '../../../../../src/engine/detect/judge/significance';
import { Random } from '../../../../../src/engine/support/random';

describe('outlierStatistics', () => {
  it('matches a case computed by hand', () => {
    // One suspect: rest 2 3 4 has mean 3, standard deviation 1.
    const [statistic] = outlierStatistics([0, 2, 3, 4], 0);
    expect(statistic).toBeCloseTo(3 / Math.sqrt(1 + 1 / 3), 12);
  });

  it('does not let a second outlier hide the first', () => {
    const one = outlierStatistics([0, 10, 10.5, 11, 11.5, 12], 0)[0]!;
    const two = outlierStatistics([0, 0.1, 10, 10.5, 11, 11.5], 0)[0]!;
    expect(two).toBeGreaterThan(0.8 * one);
  });

  it('takes the given spread where the values have less', () => {
    const [statistic] = outlierStatistics([0, 1, 1, 1], 0.5);
    expect(statistic).toBeCloseTo(2 / Math.sqrt(1 + 1 / 3), 12);
  });
});

describe('familyWisePValues', () => {
  it('finds the paper’s MNIST model: one label at 12 among 76…119', () => {
    const pValues = familyWisePValues([76, 84, 12, 89, 101, 119, 80, 95, 90, 88]);
    expect(pValues[2]).toBeLessThan(0.001);
    expect(Math.min(...pValues.filter((_, i) => i !== 2))).toBeGreaterThan(0.1);
  });

  it('finds several infected labels at once', () => {
    const pValues = familyWisePValues([12, 13, 14, 76, 84, 89, 101, 119, 80, 95, 90, 88]);
    expect(pValues.slice(0, 3).every((p) => p < 0.01)).toBe(true);
    expect(pValues.slice(3).every((p) => p > 0.1)).toBe(true);
  });

  it('says nothing for fewer than four labels', () => {
    expect(familyWisePValues([1, 50, 60])).toEqual([NaN, NaN, NaN]);
  });

  // With four labels the spread floor, which the null distribution does not have, leaves the test nearly silent.
  it.each([
    [4, 0],
    [10, 5],
    [43, 5],
  ])('flags a clean model with %i labels at most at the stated rate', (count, least) => {
    const random = new Random(count);
    const trials = 400;
    let flagged = 0;
    for (let trial = 0; trial < trials; trial++) {
      const l1 = Array.from({ length: count }, () => 80 * Math.exp(0.3 * random.normal()));
      if (Math.min(...familyWisePValues(l1)) <= 0.05) flagged++;
    }
    // 5 % of 400 is 20 with standard deviation 4.4; the spread floor makes it a little smaller.
    expect(flagged).toBeGreaterThanOrEqual(least);
    expect(flagged).toBeLessThanOrEqual(36);
  });

  it('grows stricter when the labels are the screened part of a larger family', () => {
    const l1 = [30, 76, 84, 89, 101, 119, 80, 95, 90, 88];
    expect(familyWisePValues(l1, 100)[0]).toBeGreaterThan(familyWisePValues(l1)[0]!);
  });

  it('keeps enough labels as the norm', () => {
    expect([4, 10, 43].map(maxOutliers)).toEqual([1, 3, 14]);
  });
});
