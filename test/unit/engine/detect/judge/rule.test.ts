import { describe, expect, it } from 'vitest';
import { isShortcut, shortcutScore } from '../../../../../src/engine/detect/judge/rule';

describe('isShortcut', () => {
  it.each<[string, number | undefined, number, boolean]>([
    ['a small trigger that goes away', 4.8, 0.008, true],
    ['one of many infected labels', 5.7, 0.02, true],
    ['a large part of the image that goes away', 4, 0.2, false],
    ['a feature that stays', 1.6, 0.08, false],
    ['a tiny feature of a large image that stays', 2.5, 0.0005, false],
    ['a label that was not asked', undefined, 0.001, false],
  ])('%s', (_, response, share, expected) => {
    expect(isShortcut(response, share)).toBe(expected);
  });

  it('scores ln response − ½ ln share', () => {
    expect(shortcutScore(Math.E, Math.exp(-4))).toBeCloseTo(3);
  });
});
