/** @file The words and figures of a repair that every surface shows. */
import { worstSuccess } from '../report/repairReport';
import { plainText } from '../support/plainText';
import type { RepairReport, TriggerSuccess } from '../report/repairReport';
import { formatPercent } from '../support/numberText';

/** The paper calls a trigger patched below this success (VII-D); a repair aims lower. */
const PATCHED = 0.05;

/** Whether no reversed trigger works any more, and no scan since says otherwise. */
export function isTriggerGone({ after, rescan, rounds, labels }: RepairReport): boolean {
  const verdict = rescan?.verdict ?? rounds.at(-1)?.verdict;
  return labels.length > 0 && worstSuccess(after) < PATCHED && verdict !== 'infected';
}

/** Whether the trigger is gone and the accuracy is within what was to be lost at most. */
export function isRepaired(report: RepairReport): boolean {
  const { before, after, settings } = report;
  const accepted = Number(settings['maxAccuracyLoss'] ?? 1);
  return isTriggerGone(report) && before.cleanAccuracy - after.cleanAccuracy <= accepted;
}

/** What came of it, in one plain sentence. */
export function repairHeadline(report: RepairReport): string {
  const file = plainText(report.model.file);
  const loss = report.before.cleanAccuracy - report.after.cleanAccuracy;
  const cost = loss > 0 ? `at the cost of ${(100 * loss).toFixed(1)} points of accuracy` : 'without a loss of accuracy';
  if (isRepaired(report)) return `The trigger of ${file} was removed ${cost}.`;
  if (isTriggerGone(report)) return `The trigger of ${file} was removed, but ${cost}, which is more than was accepted.`;
  return `The trigger of ${file} still works; do not use the model.`;
}

/** Rows of name, before, after. */
export function comparison({ before, after }: RepairReport): string[][] {
  const name = ({ label, source }: TriggerSuccess): string =>
    `${source === 'given' ? 'original' : 'reversed'} trigger of label ${label}`;
  return [
    ['accuracy', formatPercent(before.cleanAccuracy), formatPercent(after.cleanAccuracy)],
    ...after.triggers.map((trigger, i) => [
      name(trigger),
      formatPercent(before.triggers[i]?.attackSuccess),
      formatPercent(trigger.attackSuccess),
    ]),
  ];
}
