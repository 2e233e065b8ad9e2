/** @file What a repair did, what it cost and whether it worked, in plain sentences. */
import { formatPercent } from '../support/numberText';
import type { Evaluation, RepairReport, RepairRound } from '../report/repairReport';
import { worstSuccess } from '../report/repairReport';
import { TRIGGER_IS_DEAD } from './prune/prune';
import type { RepairSettings } from './repairJob';

interface Outcome extends Pick<RepairReport, 'rounds' | 'before' | 'after'> {
  readonly settings: RepairSettings;
}

export function repairNotes({ settings, rounds, before, after }: Outcome): string[] {
  return [
    ...rounds.flatMap((round, i) =>
      roundNotes(round).map((note) => (rounds.length > 1 ? `Round ${i + 1}: ${note}` : note)),
    ),
    ...results(settings, before, after),
    ...loopNotes(settings, rounds),
  ];
}

function roundNotes({ labels, prune, unlearn, kept = 0 }: RepairRound): string[] {
  const notes: string[] = [];
  if (prune !== undefined) {
    notes.push(
      `${prune.points[prune.chosen]?.pruned ?? 0} of ${prune.neurons} neurons of layer "${prune.layer}" were pruned.`,
    );
  }
  const point = unlearn?.[kept];
  if (unlearn !== undefined && kept === 0) {
    notes.push('Training made the model worse at every step, so its weights were left as they were.');
  } else if (point !== undefined) {
    notes.push(trainingNote(`${point.update} updates (${point.images} images)`, labels, prune !== undefined));
  }
  return notes;
}

function trainingNote(training: string, labels: readonly number[], pruned: boolean): string {
  if (pruned) return `The model was trained for ${training} after pruning.`;
  return labels.length === 1
    ? `The model was trained for ${training} to unlearn the trigger of label ${labels.join('')}.`
    : `The model was trained for ${training} to unlearn the triggers of ${labels.length} labels.`;
}

function results(settings: RepairSettings, before: Evaluation, after: Evaluation): string[] {
  const loss = before.cleanAccuracy - after.cleanAccuracy;
  const notes = [
    `The accuracy on held-out images went from ${formatPercent(before.cleanAccuracy)} to ${formatPercent(after.cleanAccuracy)}.`,
    `The reversed trigger that works best went from ${formatPercent(worstSuccess(before))} to ${formatPercent(worstSuccess(after))}.`,
  ];
  if (worstSuccess(after) > TRIGGER_IS_DEAD) {
    notes.push(
      settings.method === 'unlearn'
        ? 'Some images still follow the trigger; to get rid of more, try more samples.'
        : 'Some images still follow the trigger; to get rid of more, try unlearning.',
    );
  }
  if (loss > settings.maxAccuracyLoss) {
    notes.push(
      `The accuracy fell by more than the ${formatPercent(settings.maxAccuracyLoss)} that were to be lost at most.`,
    );
  }
  return notes;
}

function loopNotes({ loop, maxRounds }: RepairSettings, rounds: readonly RepairRound[]): string[] {
  const verdict = rounds.at(-1)?.verdict;
  if (!loop || verdict === undefined) return [];
  return verdict === 'infected'
    ? [`After ${maxRounds} rounds a scan still flags a label.`]
    : ['A scan of the repaired model flags no label.'];
}
