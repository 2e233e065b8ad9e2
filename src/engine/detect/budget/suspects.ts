/** @file Which labels deserve a closer look: those whose trigger is smallest. */
import type { LabelResult } from '../../report/scanReport';
import { comparedNorm } from '../judge/comparedNorm';

/** However few are small, so many are looked at: what the smallest ones answer tells even a clean model from an infected one. */
const ALWAYS = 3;
const MOST = 16;
/** A label is a suspect whose norm is at most this share of the upper quartile, which a third of infected labels leaves alone. */
const SMALL = 0.6;

type Norms = Pick<LabelResult, 'label' | 'l1' | 'comparedL1'>;

/** Labels, the smallest trigger first. */
export function chooseSuspects(results: readonly Norms[]): number[] {
  const found = ascending(results);
  const quartile = found[Math.floor(0.75 * (found.length - 1))]?.norm ?? NaN;
  const small = found.filter(({ norm }) => norm <= SMALL * quartile).length;
  return found.slice(0, Math.min(MOST, Math.max(ALWAYS, small))).map(({ label }) => label);
}

/** The next ones, where the largest of those looked at turned out to be a backdoor's, so that there may be more. */
export function furtherSuspects(results: readonly Norms[], lookedAt: ReadonlySet<number>): number[] {
  const rest = ascending(results).filter(({ label }) => !lookedAt.has(label));
  return rest.slice(0, Math.max(0, Math.min(ALWAYS, MOST - lookedAt.size))).map(({ label }) => label);
}

function ascending(results: readonly Norms[]): { readonly label: number; readonly norm: number }[] {
  return results
    .filter(({ l1 }) => l1 !== undefined)
    .map((result) => ({ label: result.label, norm: comparedNorm(result) }))
    .sort((a, b) => a.norm - b.norm);
}
