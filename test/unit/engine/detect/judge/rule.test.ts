import { describe, expect, it } from 'vitest';
import { SCAN } from '../../../../../src/engine/detect/judge/fitted';
import {
  evidenceOf,
  isConsequence,
  isDoubtful,
  isShortcut,
  isSuspicious,
  logOdds,
} from '../../../../../src/engine/detect/judge/rule';

/** Labels that were measured, or are like those. */
const CASES: readonly (readonly [string, number, number, number, boolean])[] = [
  ['a small trigger that goes away and is bound to its place', 5.7, 0.008, 0.3, true],
  ['one that goes away and works everywhere', 12, 0.01, 0, true],
  ['one that hardly goes away, but works in its place alone', 1.2, 0.009, 0.4, true],
  ['one that goes away a little, in a network with batch normalisation', 2.5, 0.003, 0.26, true],
  ['a weak spot of a clean class, which works elsewhere too', 2.6, 0.018, 0, false],
  ['a feature that stays', 1.6, 0.08, 0.2, false],
  ['a large part of the image that loses all its effect when moved', 1, 0.3, 0.6, false],
  ['a tiny feature of a large image that stays', 1.1, 0.0005, 0, false],
];

describe('isShortcut', () => {
  it.each(CASES)('%s', (_, response, share, beyondOthers, expected) => {
    expect(isShortcut({ response, share, beyondOthers })).toBe(expected);
  });

  it('is not so where the network was not asked', () => {
    expect(isShortcut({ response: NaN, share: 0.001, beyondOthers: 0.9 })).toBe(false);
    expect(isShortcut({ response: 9, share: 0.001, beyondOthers: NaN })).toBe(false);
  });

  it('asks for more than a doubt', () => {
    const found = CASES.map(([, response, share, beyondOthers]) => ({ response, share, beyondOthers }));
    expect(found.filter((one) => isShortcut(one) && !isDoubtful(one))).toEqual([]);
    expect(found.filter((one) => isDoubtful(one) && !isShortcut(one))).not.toEqual([]);
  });
});

describe('logOdds', () => {
  it('is the weighted sum of the evidence', () => {
    const asked = { response: Math.E, share: Math.exp(-2), beyondOthers: 0.75 };
    expect(evidenceOf(asked)).toEqual([1, 2, 0.75]);
    const { bias, lnResponse, lnShare, beyondOthers } = SCAN;
    expect(logOdds(asked)).toBeCloseTo(bias + lnResponse + 2 * lnShare + 0.75 * beyondOthers);
  });

  it('counts no share and no response below what says something', () => {
    const evidence = evidenceOf({ response: 0.5, share: 0.0001, beyondOthers: 0 });
    expect(evidence).toEqual([0, -Math.log(0.02), 0]);
  });
});

it('names labels in a first look by the same evidence, weighed otherwise', () => {
  expect(isSuspicious({ response: 2.5, share: 0.009, beyondOthers: 0.5 })).toBe(true);
  expect(isSuspicious({ response: 2.5, share: 0.009, beyondOthers: 0 })).toBe(false);
});

it.each<[string, number, number, number, boolean]>([
  ['a larger trigger that goes away with a small one', 3, 0.03, 0.1, true],
  ['one that goes away so far that it must be a shortcut of its own', 13, 0.01, 0.3, false],
  ['one as small as the other', 2.5, 0.006, 0, false],
])('knows a consequence of a backdoor of 0.5 %% of the image: %s', (_, response, share, beyondOthers, expected) => {
  expect(isConsequence({ response, share, beyondOthers }, 0.005)).toBe(expected);
});
