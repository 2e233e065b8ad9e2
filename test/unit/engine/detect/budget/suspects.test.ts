import { describe, expect, it } from 'vitest';
import { chooseSuspects, furtherSuspects } from '../../../../../src/engine/detect/budget/suspects';

function labels(norms: Readonly<Record<number, number>>): { label: number; l1: number }[] {
  return Object.entries(norms).map(([label, l1]) => ({ label: Number(label), l1 }));
}

describe('chooseSuspects', () => {
  it('takes the three smallest of labels that are alike, ascending', () => {
    expect(chooseSuspects(labels({ 0: 90, 1: 70, 2: 80, 3: 75, 4: 85 }))).toEqual([1, 3, 2]);
  });

  it('takes all that are small beside the upper quartile, also where they are the half', () => {
    const norms = { 0: 10, 1: 11, 2: 15, 3: 16, 4: 25, 5: 90, 6: 95, 7: 99, 8: 100, 9: 105 };
    expect(chooseSuspects(labels(norms))).toEqual([0, 1, 2, 3, 4]);
  });

  it('goes by what labels are compared by, and leaves out those without a trigger', () => {
    const results = [...labels({ 0: 90, 1: 30, 2: 80, 3: 75, 4: 85 }), { label: 5 }];
    results[1] = { label: 1, l1: 5, comparedL1: 88 } as { label: number; l1: number };
    expect(chooseSuspects(results)).toEqual([3, 2, 4]);
  });

  it('takes what there is', () => {
    expect(chooseSuspects([])).toEqual([]);
    expect(chooseSuspects(labels({ 3: 8, 5: 80 }))).toHaveLength(2);
  });
});

describe('furtherSuspects', () => {
  it('takes the next three, and no more than sixteen in all', () => {
    const found = labels(Object.fromEntries(Array.from({ length: 20 }, (_, i) => [i, 100 - i])));
    expect(furtherSuspects(found, new Set([19, 18]))).toEqual([17, 16, 15]);
    const fifteen = new Set(Array.from({ length: 15 }, (_, i) => 19 - i));
    expect(furtherSuspects(found, fifteen)).toEqual([4]);
    expect(furtherSuspects(found, new Set([...fifteen, 4]))).toEqual([]);
  });
});
