/** @file The norms that labels are compared by. */
import type { LabelResult } from '../../report/scanReport';

/** What all labels reached at the same expense; NaN of a label without a trigger. */
export function comparedNorm({ comparedL1, l1 }: Pick<LabelResult, 'comparedL1' | 'l1'>): number {
  return comparedL1 ?? l1 ?? NaN;
}
