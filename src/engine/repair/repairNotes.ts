/** @file What a repair did, what it cost and whether it worked, in plain sentences. */
import { formatNumber, formatPercent } from '../support/numberText';
import type { Evaluation, RelearnedTrigger, RepairReport, RepairRound } from '../report/repairReport';
import { worstSuccess } from '../report/repairReport';
import { attemptNotes } from './auto/attemptNotes';
import { LEAST_GROWTH } from './auto/chooseAttempt';
import { UNLEARNS } from './nextRound';
import { TRIGGER_IS_DEAD } from './prune/prune';
import type { RepairSettings } from './repairJob';

interface Outcome extends Pick<RepairReport, 'rounds' | 'before' | 'after' | 'relearned'> {
  readonly settings: RepairSettings;
}

/** Of labels repaired, so many have a sentence of their own about what can be learned anew. */
const MOST_RELEARNED = 3;

export function repairNotes({ settings, rounds, before, after, relearned = [] }: Outcome): string[] {
  const leastAccuracy = before.cleanAccuracy - settings.maxAccuracyLoss;
  return [
    ...rounds.flatMap((round, i) =>
      [...attemptNotes(round, leastAccuracy), ...roundNotes(round)].map((note) =>
        rounds.length > 1 ? `Round ${i + 1}: ${note}` : note,
      ),
    ),
    ...results(settings, before, after),
    ...relearnedNotes(relearned),
    ...loopNotes(settings, rounds),
  ];
}

function roundNotes({ labels, prune, unlearn, kept = 0, share = 1 }: RepairRound): string[] {
  const notes: string[] = [];
  if (prune !== undefined) {
    const pruned = prune.points[prune.chosen]?.pruned ?? 0;
    notes.push(
      prune.layer === undefined
        ? `${pruned} of ${prune.neurons} neurons of all layers were pruned.`
        : `${pruned} of ${prune.neurons} neurons of layer "${prune.layer}" were pruned.`,
    );
  }
  const point = unlearn?.[kept];
  if (unlearn !== undefined && kept === 0) {
    notes.push('Training made the model worse at every step, so its weights were left as they were.');
  } else if (point !== undefined) {
    notes.push(trainingNote(`${point.update} updates (${point.images} images)`, labels, prune !== undefined));
    if (share < 1) notes.push(`${formatPercent(share)} of the change were kept, so that the accuracy holds.`);
  }
  return notes;
}

function trainingNote(training: string, labels: readonly number[], pruned: boolean): string {
  if (labels.length === 0) return `The model was trained for ${training} to hold against the strongest perturbations.`;
  if (pruned) return `The model was trained for ${training} after pruning.`;
  return labels.length === 1
    ? `The model was trained for ${training} to unlearn the trigger of label ${labels.join('')}.`
    : `The model was trained for ${training} to unlearn the triggers of ${labels.length} labels.`;
}

function results(settings: RepairSettings, before: Evaluation, after: Evaluation): string[] {
  const loss = before.cleanAccuracy - after.cleanAccuracy;
  const isBlind = !before.triggers.some(({ source }) => source === 'reversed');
  const notes = [
    `The accuracy on held-out images went from ${formatPercent(before.cleanAccuracy)} to ${formatPercent(after.cleanAccuracy)}.`,
    isBlind
      ? 'No trigger is known, so nothing shows whether there was a backdoor, nor that it is gone.'
      : `The reversed trigger that works best went from ${formatPercent(worstSuccess(before))} to ${formatPercent(worstSuccess(after))}.`,
  ];
  if (worstSuccess(after) > TRIGGER_IS_DEAD) {
    notes.push(
      UNLEARNS.has(settings.method)
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

/** Those first whose triggers have grown least. */
function relearnedNotes(relearned: readonly RelearnedTrigger[]): string[] {
  return [...relearned]
    .sort((a, b) => a.after / a.before - b.after / b.before)
    .slice(0, MOST_RELEARNED)
    .map(({ label, before, after }) => {
      const [now, then] = [formatNumber(after), formatNumber(before)];
      return after < LEAST_GROWTH * before
        ? `A small trigger for label ${label} can still be learned: ${now} pixels, before the repair ${then}.`
        : `A trigger for label ${label} learned anew against the repaired model needs ${now} pixels, before the repair ${then}.`;
    });
}

function loopNotes({ loop, maxRounds }: RepairSettings, rounds: readonly RepairRound[]): string[] {
  const verdict = rounds.at(-1)?.verdict;
  if (!loop || verdict === undefined) return [];
  return verdict === 'infected'
    ? [`After ${maxRounds} rounds a scan still flags a label.`]
    : ['A scan of the repaired model flags no label.'];
}
