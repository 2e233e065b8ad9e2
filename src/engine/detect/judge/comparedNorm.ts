/** @file The norms that labels are compared by. */
import type { LabelResult } from '../../report/scanReport';
import { median } from './outliers';
import { MIN_LABELS } from './significance';

type Norms = Pick<LabelResult, 'label' | 'comparedL1' | 'l1'>;

/** What all labels reached at the same expense; NaN of a label without a trigger. */
export function comparedNorm({ comparedL1, l1 }: Pick<LabelResult, 'comparedL1' | 'l1'>): number {
  return comparedL1 ?? l1 ?? NaN;
}

/** By label, its norm as a share of the median one; at most 1, and 1 where fewer than {@link MIN_LABELS} labels say nothing about the usual. */
export function relativeNorms(results: readonly Norms[]): ReadonlyMap<number, number> {
  const found = results.filter(({ l1 }) => l1 !== undefined);
  const centre = found.length < MIN_LABELS ? 0 : median(found.map(comparedNorm));
  return new Map(found.map((result) => [result.label, centre === 0 ? 1 : Math.min(1, comparedNorm(result) / centre)]));
}
