import { describe, expect, it } from 'vitest';
import { assess } from '../../../../../src/engine/detect/judge/verdict';
import type { LabelResult } from '../../../../../src/engine/report/scanReport';

const evidence = {
  settings: { pThreshold: 0.01, successThreshold: 0.99 },
  classes: 10,
  scanned: 10,
  pixels: 784,
};

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
    const result = assess(labels(clean.with(7, 12)), evidence);
    expect(result.verdict).toBe('infected');
    expect(result.flagged).toEqual([7]);
    expect(result.reasons[0]).toContain('label 7');
  });

  it('calls a model clean whose labels are alike', () => {
    const result = assess(labels(clean), evidence);
    expect(result.verdict).toBe('clean');
    expect(result.flagged).toEqual([]);
    expect(result.median).toBe(89.5);
  });

  it('does not flag a label that was stopped, where the network has denied smaller ones', () => {
    const raced = labels(clean.with(7, 12).with(2, 14)).map((label): LabelResult => ({ ...label, stopped: true }));
    const denied: LabelResult = { ...labels(clean.with(7, 12))[7]!, response: 1, lostWhenMoved: 0.2 };
    expect(assess(raced, evidence).flagged).toEqual([2, 7]);
    const result = assess(raced.with(7, denied), { ...evidence, pixels: 100 });
    expect(result.flagged).toEqual([]);
    expect(result.reasons.join(' ')).toMatch(/What is known of label 7 lies between/);
  });

  it('does not flag a label for being significantly but not far smaller', () => {
    const uniform = clean.map((_, i) => 80 + i / 10).with(3, 45);
    expect(assess(labels(uniform), evidence).flagged).toEqual([]);
  });

  it.each([
    ['too few classes', labels([10, 80, 90]), { classes: 3, scanned: 3 }, /3 classes/],
    ['too few triggers found', labels([10, ...clean.slice(1, 4), ...Array<undefined>(6)]), {}, /4 of 10/],
    ['identical norms', labels(clean.map(() => 5)), {}, /exactly the same/],
    ['doubtful accuracy', labels(clean), { accuracyDoubt: 'Accuracy is near chance.' }, /near chance/],
  ])('is inconclusive for %s, and says why', (_, results, change, reason) => {
    const result = assess(results, { ...evidence, ...change });
    expect(result.verdict).toBe('inconclusive');
    expect(result.reasons.join(' ')).toMatch(reason);
  });

  it.each([
    ['nothing', clean, []],
    ['a small trigger', clean.with(7, 12), [7]],
  ])('decides nothing in a first look that finds %s', (_, norms, flagged) => {
    const result = assess(labels(norms), { ...evidence, firstLook: true });
    expect(result).toMatchObject({ verdict: 'inconclusive', flagged });
    expect(result.reasons[0]).toContain('first look');
  });

  it('never counts a label without a working trigger as small', () => {
    const result = assess(labels(clean.with(2, undefined as never)), evidence);
    expect(result.labels[2]).toMatchObject({ state: 'not-reached', flagged: false });
    expect(result.labels[2]).not.toHaveProperty('anomalyIndex');
  });

  it('finds what the network itself gives away: many infected labels, two classes, one label scanned alone', () => {
    const half = [10, 11, 12, 15, 16, 90, 95, 99, 100, 105];
    const many = labels(half).map((result) => ({
      ...result,
      response: result.label < 5 ? 6 : 1.1,
      lostWhenMoved: 0.6,
    }));
    expect(assess(many, evidence)).toMatchObject({ verdict: 'infected', flagged: [0, 1, 2, 3, 4] });
    const two = labels([14, 80]).map((result) => ({
      ...result,
      response: result.label === 0 ? 5.2 : 1,
      lostWhenMoved: 0.6,
    }));
    const binary = assess(two, { ...evidence, classes: 2, scanned: 2 });
    expect(binary).toMatchObject({ verdict: 'infected', flagged: [0] });
    expect(binary.reasons.join(' ')).toContain('5.2 times harder');
    const [alone] = two;
    expect(assess([alone!], { ...evidence, scanned: 1 })).toMatchObject({ verdict: 'infected', flagged: [0] });
  });

  it('flags no label that is only small beside one whose trigger goes away', () => {
    const results = labels(clean.with(7, 6).with(2, 25)).map((result) => ({
      ...result,
      ...(result.label === 7 && { response: 8, lostWhenMoved: 0.6 }),
      ...(result.label === 2 && { response: 1.1, lostWhenMoved: 0.3 }),
    }));
    const { labels: assessed, flagged } = assess(results, evidence);
    expect(assessed[2]!.pValue).toBeLessThan(0.01);
    expect(flagged).toEqual([7]);
    expect(assess(labels(clean.with(7, 6).with(2, 25)), evidence).flagged).toEqual([2, 7]);
  });

  it('is in doubt about a small label that the network denies, unless it is tiny and no clean model has one so small', () => {
    const denied = (l1: number) =>
      labels(clean.with(7, l1)).map((one) => (one.label === 7 ? { ...one, response: 0.5, lostWhenMoved: 0.3 } : one));
    expect(assess(denied(12), evidence)).toMatchObject({ verdict: 'infected', flagged: [7] });
    const larger = assess(denied(17), evidence);
    expect(larger.labels[7]!.pValue).toBeLessThan(0.001);
    expect(larger).toMatchObject({ verdict: 'inconclusive', flagged: [] });
    const asked = labels(clean.with(7, 36)).map((result) =>
      result.label === 7 ? { ...result, response: 1.2, lostWhenMoved: 0.3 } : result,
    );
    const result = assess(asked, evidence);
    expect(result.labels[7]!.pValue).toBeLessThan(0.01);
    expect(result).toMatchObject({ verdict: 'inconclusive', flagged: [] });
    expect(result.reasons).toEqual([expect.stringContaining('weak spot')]);
    expect(assess(labels(clean.with(7, 36)), evidence).flagged).toEqual([7]);
    const uneven = [19, 40, 60, 70, 190, 190, 200, 220, 240, 250];
    const weak = labels(uneven).map((one) => (one.label === 0 ? { ...one, response: 2.9, lostWhenMoved: 0.4 } : one));
    expect(assess(weak, evidence)).toMatchObject({ verdict: 'inconclusive', flagged: [] });
  });

  it('calls two classes clean where no trigger goes away', () => {
    const two = labels([70, 80]).map((result) => ({ ...result, response: 1.3, lostWhenMoved: 0.4 }));
    expect(assess(two, { ...evidence, classes: 2, scanned: 2 }).verdict).toBe('clean');
  });

  it('says of which backdoor another label may be a consequence', () => {
    const seen = labels(clean.with(7, 12).with(3, 20)).map((result) => ({
      ...result,
      ...(result.label === 7 && { response: 6.3, lostWhenMoved: 0.7 }),
      ...(result.label === 3 && { response: 8.4, lostWhenMoved: 0.7, explainedBy: 7 }),
    }));
    const result = assess(seen, evidence);
    expect(result.flagged).toEqual([3, 7]);
    expect(result.reasons.join(' ')).toContain('trigger of label 3 goes away together with that of label 7');
    // A far larger one is not flagged, but told.
    const larger = assess(
      seen.map((one) => (one.label === 3 ? { ...one, l1: 37, response: 20 } : one)),
      evidence,
    );
    expect(larger.flagged).toEqual([7]);
    expect(larger.reasons.join(' ')).toContain('trigger of label 3 goes away together with that of label 7');
  });

  it('never calls a model clean of which labels were left out', () => {
    const result = assess(labels(clean.slice(0, 5)), { ...evidence, scanned: 5 });
    expect(result.verdict).toBe('inconclusive');
    expect(result.reasons.join(' ')).toContain('5 of 10 labels');
  });
});
