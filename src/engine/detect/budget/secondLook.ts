/** @file Which labels deserve more inversions: those whose trigger is suspicious but not decisive, and those without one. */
import type { LabelResult, ScanSettings } from '../../report/scanReport';
import { familyWisePValues } from '../judge/significance';

/** Further seeds for each label that is looked at again. */
export const EXTRA_SEEDS = 2;

/** A label is in doubt up to this family-wise p-value; of clean models one in four has such a label. */
const DOUBTFUL_P = 0.25;

/** Bound on the labels looked at again, as a share of all, so that the cost stays small; three always may be. */
const MAX_SHARE = 0.1;
const ALWAYS = 3;

/**
 * An inversion can end in a local optimum: the norms that seeds reach for a backdoored label differ by a factor of two,
 * those of clean labels by a tenth (docs/detection.md). One unlucky seed must not clear a label, so the smallest ones are inverted again
 * unless they are flagged already. Smallest first; `familySize` is the number of labels the model has.
 */
export function secondLook(
  results: readonly LabelResult[],
  { pThreshold }: Pick<ScanSettings, 'pThreshold'>,
  familySize: number,
): number[] {
  const found = results.filter((result) => result.l1 !== undefined);
  const norms = found.map((result) => result.l1 ?? NaN);
  const pValues = familyWisePValues(norms, Math.max(found.length, familySize));
  const doubtful = found
    .map((result, i) => ({ label: result.label, l1: norms[i] ?? NaN, p: pValues[i] ?? NaN }))
    .filter(({ p }) => p > pThreshold && p <= DOUBTFUL_P)
    .sort((a, b) => a.l1 - b.l1);
  const failed = results.filter((result) => result.state === 'not-reached');
  const most = Math.max(ALWAYS, Math.floor(MAX_SHARE * results.length));
  return [...doubtful, ...failed].slice(0, most).map(({ label }) => label);
}
