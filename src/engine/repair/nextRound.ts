/** @file Which labels the detect–patch loop repairs next. */
import type { RepairMethod } from '../report/repairReport';
import type { LabelResult } from '../report/scanReport';

export interface RoundsSoFar {
  /** How many there were. */
  readonly rounds: number;
  /** Labels whose triggers were repaired. */
  readonly repaired: readonly number[];
  readonly method: RepairMethod;
}

/** Methods that unlearn the triggers where that is called for. */
export const UNLEARNS: ReadonlySet<RepairMethod> = new Set(['auto', 'unlearn']);

/**
 * The flagged labels of the scan after a round; none where the loop is done. Triggers that a first round only weakened hide among
 * those of clean labels, so after it the repaired labels are unlearned again even where none is flagged any more. Pruning
 * them again would cost accuracy.
 */
export function labelsOfNextRound(
  { flagged, labels }: { readonly flagged: readonly number[]; readonly labels: readonly LabelResult[] },
  { rounds, repaired, method }: RoundsSoFar,
): readonly number[] {
  if (flagged.length > 0 || rounds > 1 || !UNLEARNS.has(method)) return flagged;
  return labels.flatMap(({ label, trigger }) => (trigger !== undefined && repaired.includes(label) ? [label] : []));
}
