/** @file When a pair of labels is a source-specific backdoor's: the log-odds of it; docs/detection.md has the measurements. */
import type { PairResult } from '../../report/scanReport';
import { PAIRS } from './fittedPairs';

/** What is known of a pair. */
export type AskedPair = Pick<PairResult, 'relativeL1' | 'effectOnOthers' | 'tiedToPlace' | 'response'>;

/** Names of what {@link pairEvidenceOf} gives. */
export const PAIR_EVIDENCE = [
  '−ln relative norm',
  'ln response',
  'less effect on others',
  'tied to its place',
] as const;

/**
 * The rule's figures, each the larger, the more it speaks for a backdoor. A pair that does not respond counts as 1, as one of a network that cannot unlearn does; the other two are shares.
 */
export function pairEvidenceOf({ relativeL1, effectOnOthers, tiedToPlace, response = 1 }: AskedPair): number[] {
  const share = (value: number): number => Math.min(1, Math.max(0, value));
  return [-Math.log(relativeL1), Math.log(Math.max(1, response)), 1 - share(effectOnOthers), share(tiedToPlace)];
}

/** Of being a backdoor's pair rather than a natural one. */
export function pairLogOdds(pair: AskedPair): number {
  const { bias, relativeL1, response, effectOnOthers, tiedToPlace } = PAIRS;
  const ordered = [relativeL1, response, effectOnOthers, tiedToPlace];
  return pairEvidenceOf(pair).reduce((sum, value, i) => sum + value * (ordered[i] ?? 0), bias);
}

/** No pair of the clean MNIST networks that were measured has log-odds as high; a clean GTSRB network has five that do. */
export function isBackdoorPair(pair: AskedPair): boolean {
  return pairLogOdds(pair) >= PAIRS.infected;
}

/** Rather a backdoor's pair than not, but clean ones were measured there. */
export function isDoubtfulPair(pair: AskedPair): boolean {
  return pairLogOdds(pair) >= 0;
}
