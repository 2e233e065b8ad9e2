/** @file Progress of a repair as one line of text. */
import { formatPercent } from '../engine/support/numberText';
import { worstSuccess } from '../engine/report/repairReport';
import type { RepairProgress } from '../engine/report/repairReport';

const PHASE: Record<RepairProgress['phase'], string> = {
  ranking: 'Ranking neurons',
  pruning: 'Pruning',
  unlearning: 'Unlearning',
  scanning: 'Looking for triggers',
  evaluating: 'Judging',
  saving: 'Saving',
};

export function repairLine({ phase, done, total, rounds }: RepairProgress): string {
  const round = rounds.length > 1 ? `Round ${rounds.length}: ` : '';
  const { prune, unlearn } = rounds.at(-1) ?? {};
  const latest = phase === 'pruning' ? prune?.points.at(-1) : phase === 'unlearning' ? unlearn?.at(-1) : undefined;
  const figures =
    latest === undefined
      ? ''
      : `, accuracy ${formatPercent(latest.cleanAccuracy)}, trigger success ${formatPercent(worstSuccess(latest))}`;
  return `${round}${PHASE[phase]}: ${done} of ${total}${figures}`;
}
