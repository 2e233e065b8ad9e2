import { describe, expect, it } from 'vitest';
import {
  isConsequence,
  isShortcut,
  isSmallAndWeak,
  isSuspicious,
  scoreAlone,
  scoreBeside,
} from '../../../../../src/engine/detect/judge/rule';

describe('isShortcut', () => {
  it.each<[string, number, number, number, boolean]>([
    ['a small trigger that goes away, without others to compare with', 4.8, 0.008, 1, true],
    ['one of so many infected labels that the median is one', 5.7, 0.02, 1, true],
    ['a trigger that is small for its model and goes away a little', 2.7, 0.015, 0.23, true],
    ['one a little larger, as the weakest spot of a clean class is', 2.6, 0.018, 0.05, false],
    ['one that is not as small by itself, as weak spots of clean classes are', 2.4, 0.022, 0.26, false],
    ['the same, were it usual for its model', 2.4, 0.022, 0.9, false],
    ['a large part of the image that goes away', 4, 0.2, 0.8, false],
    ['a feature that stays', 1.6, 0.08, 0.6, false],
    ['a far smaller trigger than all others, of which a little goes away', 1.7, 0.006, 0.07, true],
    ['a feature that is small for its model and stays', 1.1, 0.04, 0.35, false],
    ['a weak spot that is far smaller than the other labels', 2.3, 0.025, 0.1, false],
    ['a tiny feature of a large image that stays', 2.5, 0.0005, 0.5, false],
  ])('%s', (_, response, share, relative, expected) => {
    expect(isShortcut({ response, share, relative })).toBe(expected);
  });

  it('asks less of a further label of an infected model', () => {
    const weak = { response: 2.2, share: 0.015, relative: 0.11 };
    expect([isShortcut(weak), isShortcut(weak, true)]).toEqual([false, true]);
    expect(isShortcut({ response: 2.3, share: 0.025, relative: 0.1 }, true)).toBe(false);
  });

  it.each<[string, number, number, number, boolean]>([
    ['a weak spot that is far smaller than the other labels', 2.3, 0.025, 0.1, true],
    ['the same, were it usual for its model', 2.3, 0.025, 0.9, false],
    ['a feature that is small for its model and stays', 1.1, 0.04, 0.35, false],
  ])('leaves a doubt: %s', (_, response, share, relative, expected) => {
    expect(isSmallAndWeak({ response, share, relative })).toBe(expected);
  });

  it('names labels in a first look by what they say of themselves', () => {
    expect(isSuspicious({ response: 2.5, share: 0.009 })).toBe(true);
    expect(isSuspicious({ response: 2.5, share: 0.02 })).toBe(false);
  });

  it.each<[string, number, number, boolean]>([
    ['a larger trigger that goes away with a small one', 5, 0.03, true],
    ['one that goes away so far that it must be a shortcut of its own', 13, 0.01, false],
    ['one as small as the other', 2.5, 0.006, false],
  ])('knows a consequence of a backdoor of 0.5 %% of the image: %s', (_, response, share, expected) => {
    expect(isConsequence({ response, share }, 0.005)).toBe(expected);
  });

  it('scores ln response − ½ ln share, beside others − ln relative', () => {
    const asked = { response: Math.E, share: Math.exp(-2), relative: Math.exp(-1) };
    expect(scoreAlone(asked)).toBeCloseTo(2);
    expect(scoreBeside(asked)).toBeCloseTo(3);
  });
});
