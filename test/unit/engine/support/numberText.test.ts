import { describe, expect, it } from 'vitest';
import {
  formatDuration,
  formatFixed,
  formatNumber,
  formatPEquation,
  formatPercent,
  formatPValue,
} from '../../../../src/engine/support/numberText';

describe('figures for people', () => {
  it.each([
    [0, '0 s'],
    [59.4, '59 s'],
    [59.6, '1 min'],
    [200, '3 min 20 s'],
    [3600, '1 h'],
    [7530, '2 h 5 min'],
    [-1, '0 s'],
  ])('duration %d', (seconds, text) => {
    expect(formatDuration(seconds)).toBe(text);
  });

  it.each([
    [undefined, '–'],
    [0, '< 0.0001'],
    [0.00012, '0.00012'],
    [0.0123, '0.012'],
    [0.5, '0.50'],
    [1, '1.00'],
  ])('p-value %d', (p, text) => {
    expect(formatPValue(p)).toBe(text);
  });

  it('writes equations, shares and counts', () => {
    expect(formatPEquation(0)).toBe('p < 0.0001');
    expect(formatPEquation(0.04)).toBe('p = 0.04');
    expect(formatPercent(0.9744)).toBe('97.4 %');
    expect(formatPercent(undefined)).toBe('–');
    expect(formatNumber(1234567.89)).toBe('1,234,567.9');
    expect(formatFixed(1234.5, 2)).toBe('1,234.50');
  });
});
