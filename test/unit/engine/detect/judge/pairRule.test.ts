import { describe, expect, it } from 'vitest';
import { pairEvidenceOf, pairLogOdds } from '../../../../../src/engine/detect/judge/pairRule';

const pair = { relativeL1: 0.5, effectOnOthers: 0.3, tiedToPlace: 0.1, response: 2 };

describe('the rule for pairs', () => {
  it('takes logarithms and shares within their bounds', () => {
    expect(pairEvidenceOf(pair)).toEqual([Math.log(2), Math.log(2), 0.7, 0.1]);
    expect(pairEvidenceOf({ relativeL1: 1, effectOnOthers: 1.4, tiedToPlace: -0.2, response: 0.5 })).toEqual([
      -0, 0, 0, 0,
    ]);
  });

  it('counts a network that cannot unlearn as one that does not respond', () => {
    const { relativeL1, effectOnOthers, tiedToPlace } = pair;
    expect(pairLogOdds({ relativeL1, effectOnOthers, tiedToPlace })).toBe(pairLogOdds({ ...pair, response: 1 }));
  });

  it.each([{ relativeL1: 0.2 }, { effectOnOthers: 0.1 }, { tiedToPlace: 0.5 }, { response: 6 }])(
    'never becomes less sure by %o',
    (change) => {
      expect(pairLogOdds({ ...pair, ...change })).toBeGreaterThanOrEqual(pairLogOdds(pair));
    },
  );
});
