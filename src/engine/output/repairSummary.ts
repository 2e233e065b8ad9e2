/** @file The words and figures of a repair that every surface shows. */
import { worstSuccess } from '../report/repairReport';
import { plainText } from '../support/plainText';
import type { RepairReport, RepairRound, TriggerSuccess } from '../report/repairReport';
import { formatNumber, formatPercent } from '../support/numberText';

/** The paper calls a trigger patched below this success (VII-D); a repair aims lower. */
const PATCHED = 0.05;

/** Whether no reversed trigger works any more, and no scan since says otherwise. */
export function isTriggerGone({ after, rescan, rounds }: RepairReport): boolean {
  const verdict = rescan?.verdict ?? rounds.at(-1)?.verdict;
  return worstSuccess(after) < PATCHED && verdict !== 'infected';
}

/** Whether the trigger is gone and the accuracy is within what was to be lost at most. */
export function isRepaired(report: RepairReport): boolean {
  const { before, after, settings } = report;
  const accepted = Number(settings['maxAccuracyLoss'] ?? 1);
  return hasChanged(report) && isTriggerGone(report) && before.cleanAccuracy - after.cleanAccuracy <= accepted;
}

/** Whether any round kept what it did. */
function hasChanged({ rounds }: RepairReport): boolean {
  return rounds.some(({ prune, kept = 0 }) => kept > 0 || (prune?.points[prune.chosen]?.pruned ?? 0) > 0);
}

/** What came of it, in one plain sentence. */
export function repairHeadline(report: RepairReport): string {
  const file = plainText(report.model.file);
  const loss = report.before.cleanAccuracy - report.after.cleanAccuracy;
  const cost = loss > 0 ? `at the cost of ${(100 * loss).toFixed(1)} points of accuracy` : 'without a loss of accuracy';
  if (report.labels.length === 0) return blindHeadline(report, file, cost);
  if (isRepaired(report)) return `The trigger of ${file} was removed ${cost}.`;
  if (isTriggerGone(report)) return `The trigger of ${file} was removed, but ${cost}, which is more than was accepted.`;
  return `The trigger of ${file} still works; do not use the model.`;
}

/** Of a repair that knew no trigger. */
function blindHeadline(report: RepairReport, file: string, cost: string): string {
  if (!isTriggerGone(report)) return `A scan still flags ${file}; do not use the model.`;
  if (!hasChanged(report)) return `${file} was left as it was: every change cost more accuracy than was accepted.`;
  if (!isRepaired(report))
    return `${file} was hardened against hidden triggers, but ${cost}, which is more than was accepted.`;
  return `${file} was hardened against hidden triggers ${cost}.`;
}

export const ATTEMPT_COLUMNS = ['accuracy', 'trigger success', 'new trigger larger by'] as const;

/** What `auto` tried in a round: method and {@link ATTEMPT_COLUMNS}; empty where the user chose. */
export function attemptRows({ attempts = [] }: RepairRound): string[][] {
  return attempts.map(({ method, result }) => [
    method,
    formatPercent(result?.cleanAccuracy),
    formatPercent(result?.attackSuccess),
    growthText(result?.growth),
  ]);
}

/** How many times larger a trigger learned anew has to be. */
export function growthText(growth: number | undefined): string {
  return growth === undefined ? '–' : `× ${growth.toFixed(1)}`;
}

/** Rows of name, before, after. */
export function comparison({ before, after, relearned = [] }: RepairReport): string[][] {
  const name = ({ label, source }: TriggerSuccess): string =>
    `${source === 'given' ? 'original' : 'reversed'} trigger of label ${label}`;
  return [
    ['accuracy', formatPercent(before.cleanAccuracy), formatPercent(after.cleanAccuracy)],
    ...after.triggers.map((trigger, i) => [
      name(trigger),
      formatPercent(before.triggers[i]?.attackSuccess),
      formatPercent(trigger.attackSuccess),
    ]),
    ...relearned.map((trigger) => [
      `pixels of a trigger for label ${trigger.label}, learned anew`,
      formatNumber(trigger.before),
      formatNumber(trigger.after),
    ]),
  ];
}
