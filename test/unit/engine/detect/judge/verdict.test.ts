import { describe, expect, it } from 'vitest';
import { assess } from '../../../../../src/engine/detect/judge/verdict';
import type { LabelResult } from '../../../../../src/engine/report/scanReport';

const settings = { pThreshold: 0.01, successThreshold: 0.99 };

function labels(norms: readonly (number | undefined)[]): LabelResult[] {
  return norms.map((l1, label) => ({
    label,
    state: l1 === undefined ? 'not-reached' : 'found',
    ...(l1 === undefined ? {} : { l1 }),
    l1PerSeed: l1 === undefined ? [] : [l1],
    flagged: false,
    curve: [],
  }));
}

const clean = [76, 84, 89, 101, 119, 80, 95, 90, 88, 92];

describe('assess', () => {
  it('calls one abnormally small label infected, and names it', () => {
    const result = assess(labels(clean.with(7, 12)), { settings, classes: 10 });
    expect(result.verdict).toBe('infected');
    expect(result.flagged).toEqual([7]);
    expect(result.reasons[0]).toContain('label 7');
  });

  it('calls a model clean whose labels are alike', () => {
    const result = assess(labels(clean), { settings, classes: 10 });
    expect(result.verdict).toBe('clean');
    expect(result.flagged).toEqual([]);
    expect(result.median).toBe(89.5);
  });

  it('does not flag a label for being significantly but not far smaller', () => {
    const uniform = clean.map((_, i) => 80 + i / 10).with(3, 45);
    expect(assess(labels(uniform), { settings, classes: 10 }).flagged).toEqual([]);
  });

  it.each([
    ['too few classes', labels([10, 80, 90]), { classes: 3 }, /3 classes/],
    ['too few triggers found', labels([10, ...clean.slice(1, 4), ...Array<undefined>(6)]), { classes: 10 }, /4 of 10/],
    ['identical norms', labels(clean.map(() => 5)), { classes: 10 }, /exactly the same/],
    ['doubtful accuracy', labels(clean), { classes: 10, accuracyDoubt: 'Accuracy is near chance.' }, /near chance/],
  ])('is inconclusive for %s, and says why', (_, results, evidence, reason) => {
    const result = assess(results, { settings, ...evidence });
    expect(result.verdict).toBe('inconclusive');
    expect(result.reasons.join(' ')).toMatch(reason);
  });

  it('never counts a label without a working trigger as small', () => {
    const result = assess(labels(clean.with(2, undefined as never)), { settings, classes: 10 });
    expect(result.labels[2]).toMatchObject({ state: 'not-reached', flagged: false });
    expect(result.labels[2]).not.toHaveProperty('anomalyIndex');
  });
});
