import { describe, expect, it } from 'vitest';
import { crossValidated, fit, type LabelRow, logOdds, rocAuc } from '../../../bench/population/fit';

const row = (features: readonly number[], infected: boolean, group = 'one'): LabelRow => ({
  ...{ group, model: group, features, infected },
});

/** Three of four rows with the feature are infected, one of four without it: odds of 3 and of 1/3. So many that the ridge hardly counts. */
const rows = [1, 0].flatMap((feature) =>
  Array.from({ length: 400 }, (_, i) => row([feature], feature === 1 ? i % 4 > 0 : i % 4 === 0)),
);

describe('the regression', () => {
  it('gives the log-odds of two groups', () => {
    const weights = fit(rows);
    expect(logOdds(weights, { features: [0] })).toBeCloseTo(-Math.log(3), 1);
    expect(logOdds(weights, { features: [1] })).toBeCloseTo(Math.log(3), 1);
  });

  it('leaves out a feature that would count against its meaning', () => {
    const opposed = rows.map(({ features, infected }) => row([...features, infected ? -1 : 1], infected));
    const [, first = 0, second] = fit(opposed);
    expect(second).toBe(0);
    expect(first).toBeCloseTo(fit(rows)[1] ?? NaN, 6);
  });

  it('judges each group by the others alone', () => {
    const groups = [...rows, ...rows.map(({ features, infected }) => row(features, !infected, 'other'))];
    const held = crossValidated(groups);
    // The other group says the opposite, which no feature may.
    held.slice(0, rows.length).forEach((score) => {
      expect(score).toBeCloseTo(0, 6);
    });
    expect(held[rows.length]).toBeGreaterThan(0.9);
  });
});

it('counts the pairs in which the positive scores higher, ties half', () => {
  expect(rocAuc([3, 1, 2, 1], [true, true, false, false])).toBe(0.625);
});
