/** @file What was tried and why one method was chosen, in plain sentences. */
import type { AutoMethod, RepairAttempt, RepairRound } from '../../report/repairReport';
import { formatPercent } from '../../support/numberText';
import { ENOUGH, isEnough, LEAST_GROWTH } from './chooseAttempt';

const NAMES: Record<AutoMethod, string> = {
  prune: 'Pruning the neurons',
  unlearn: 'Unlearning the trigger',
  'i-bau': 'Adversarial unlearning (I-BAU)',
};

/** `leastAccuracy` 0–1. */
export function attemptNotes({ attempts = [], method, labels }: RepairRound, leastAccuracy: number): string[] {
  if (method === undefined) return [];
  const name = NAMES[method];
  if (labels.length === 0) return [`${name} was used, because it needs no trigger.`];
  const chosen = attempts.find((attempt) => attempt.method === method);
  return [
    ...attempts.filter((attempt) => attempt !== chosen).map(shortcoming),
    chosen !== undefined && isEnough(chosen, leastAccuracy)
      ? `${name} was chosen: of the methods in the order of their cost, it is the first that is good enough.`
      : `${name} came closest; no method was good enough.`,
  ];
}

function shortcoming({ method, result }: RepairAttempt): string {
  const name = NAMES[method];
  if (result === undefined) return `${name} cannot be used on this model.`;
  const { cleanAccuracy, attackSuccess, growth = Infinity } = result;
  const outcome = `${name} would have left ${formatPercent(attackSuccess)} of the trigger's success, at an accuracy of ${formatPercent(cleanAccuracy)}.`;
  return attackSuccess <= ENOUGH && growth < LEAST_GROWTH
    ? `${outcome} A trigger only ${growth.toFixed(1)} times larger could have been learned anew.`
    : outcome;
}
