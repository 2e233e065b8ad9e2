import { describe, expect, it } from 'vitest';
import { secondLook } from '../../../../../src/engine/detect/budget/secondLook';
import type { LabelResult } from '../../../../../src/engine/report/scanReport';

const USUAL = [98, 113, 80, 85, 97, 75, 102, 88, 91];

function results(norms: readonly (number | undefined)[]): LabelResult[] {
  return norms.map((l1, label) => ({
    label,
    ...(l1 === undefined ? { state: 'not-reached' as const } : { state: 'found' as const, l1 }),
    l1PerSeed: [],
    flagged: false,
    curve: [],
  }));
}

const look = (norms: readonly (number | undefined)[], pThreshold = 0.01): number[] =>
  secondLook(results(norms), { pThreshold }, norms.length);

describe('secondLook', () => {
  it('leaves usual labels alone', () => {
    expect(look(USUAL)).toEqual([]);
  });

  it('leaves alone what is flagged already', () => {
    expect(look([...USUAL, 5])).toEqual([]);
  });

  it('takes a label that is suspicious but not decisive', () => {
    expect(look([...USUAL, 50])).toEqual([9]);
    expect(look([...USUAL, 50], 0.5)).toEqual([]);
  });

  it('takes labels without a trigger after those in doubt, and no more than it may', () => {
    expect(look([undefined, ...USUAL, 50])).toEqual([10, 0]);
    expect(look([...Array.from({ length: 5 }, () => undefined), ...USUAL])).toEqual([0, 1, 2]);
    const many = [...Array.from({ length: 50 }, () => undefined), ...USUAL, ...USUAL];
    expect(look(many)).toHaveLength(6);
  });

  it('says nothing where there are too few labels to compare', () => {
    expect(look([10, 100, 100])).toEqual([]);
  });
});
