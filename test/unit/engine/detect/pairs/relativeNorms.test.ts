import { describe, expect, it } from 'vitest';
import { type PairNorm, relativeNorms } from '../../../../../src/engine/detect/pairs/relativeNorms';

const LABELS = [0, 1, 2, 3, 4, 5];

/** Norms that are a product of what the source and the target bring, times what `special` says of a pair. */
function norms(
  special: (source: number, target: number) => number,
  twins: readonly (readonly (readonly number[])[])[] = [],
): PairNorm[] {
  return LABELS.flatMap((source) =>
    LABELS.filter((target) => target !== source).map((target) => ({
      ...{ source, target, norm: 10 * (source + 1) * (target + 2) * special(source, target) },
      twins: twins.map((table) => table[source]?.[target] ?? NaN),
    })),
  );
}

describe('relativeNorms', () => {
  it('takes out what source and target bring', () => {
    for (const relative of relativeNorms(norms(() => 1))) expect(relative).toBeCloseTo(1, 1);
  });

  it('leaves what is special about a pair', () => {
    const pairs = norms((source, target) => (source === 2 && target === 4 ? 0.25 : 1));
    relativeNorms(pairs).forEach((relative, i) => {
      const { source, target } = pairs[i]!;
      expect(relative).toBeCloseTo(source === 2 && target === 4 ? 0.25 : 1, 1);
    });
  });

  it('takes out what the twins show too, and leaves what only the model has', () => {
    const alike = (source: number, target: number): number => (source === 1 && target === 3 ? 0.2 : 1);
    const twin = LABELS.map((source) => LABELS.map((target) => 7 * (target + 1) * alike(source, target)));
    const pairs = norms((source, target) => alike(source, target) * (source === 2 && target === 4 ? 0.25 : 1), [twin]);
    const relative = relativeNorms(pairs);
    const of = (source: number, target: number): number =>
      relative[pairs.findIndex((pair) => pair.source === source && pair.target === target)] ?? NaN;
    expect(of(1, 3)).toBeCloseTo(1, 1);
    expect(of(2, 4)).toBeCloseTo(0.25, 1);
  });

  it('compares pairs of a single target with one another', () => {
    const pairs = norms((source) => (source === 2 ? 0.5 : 1 / (source + 1))).filter(({ target }) => target === 5);
    expect(relativeNorms(pairs).map((value) => Number(value.toFixed(1)))).toEqual([1, 1, 1.5, 1, 1]);
  });
});
