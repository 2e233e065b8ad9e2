/**
 * @file The race: every label is inverted briefly, and those with the smallest triggers to the end. A brief inversion is enough to
 * see an infected label far below the others, and nothing that an ordinary label would still gain changes that.
 */
import type { LabelResult } from '../../report/scanReport';
import type { InversionResult } from '../invert/inversion';
import { inversionOptions } from '../invert/inversionOptions';
import { shortNorm, RACE_INVERSION, worked } from '../invert/shortInversion';
import type { DetectionJob } from '../scanJob';
import { invertAndLookAgain, invertLabels, type RunningScan, type Stage, tell } from './invertLabels';
import { smallestOf, verified } from './labelResult';

/** Triggers of all labels are kept up to this size; of a thousand labels on large images only the suspects' are. */
const MOST_TRIGGER_BYTES = 64 * 2 ** 20;

/** One result for each of `labels`, as far as it gets briefly. */
export async function race(scan: RunningScan, labels: readonly number[]): Promise<LabelResult[]> {
  const { job } = scan;
  const { channels, height, width } = job.classifier.input;
  const keepsTriggers = labels.length * 4 * (1 + channels) * height * width <= MOST_TRIGGER_BYTES;
  const stage: Stage = { name: 'short', phase: 'screening', options: RACE_INVERSION, keepsTriggers };
  const results = await invertAndLookAgain(scan, stage, labels, labels.length, (label, runs) =>
    stoppedResult(job, label, runs),
  );
  return labels.flatMap((label) => results.get(label) ?? []);
}

/** The results of a {@link race} with `suspects` inverted to the end. */
export async function finishSuspects(
  scan: RunningScan,
  raced: readonly LabelResult[],
  suspects: readonly number[],
): Promise<LabelResult[]> {
  const { job, events, evaluator } = scan;
  const options = inversionOptions(job.settings);
  const stage: Stage = { name: 'full', phase: 'inverting', options, keepsTriggers: true };
  const results = new Map(raced.map((result) => [result.label, result]));
  await invertLabels(scan, stage, suspects, job.settings.seeds, async (label, runs) => {
    const stopped = results.get(label);
    if (stopped === undefined) return;
    const own = smallestOf(job, label, runs);
    const { comparedL1 = NaN } = stopped;
    // A trigger that works in nine of ten images and never in all is still this label's smallest.
    const smallest = own.state === 'found' ? { ...own, comparedL1 } : stopped;
    tell(scan, await verified(job, evaluator, smallest, runs, events.signal), results);
  });
  return raced.map((result) => results.get(result.label) ?? result);
}

/** Of a label that was inverted briefly; without trigger where those are not kept. */
function stoppedResult(job: DetectionJob, label: number, runs: readonly InversionResult[]): LabelResult {
  const smallest = smallestOf(job, label, runs);
  const l1PerSeed = runs.filter(({ curve }) => worked(curve)).map(({ curve }) => shortNorm(curve));
  if (l1PerSeed.length === 0) return smallest;
  const comparedL1 = Math.min(...l1PerSeed);
  return { ...smallest, state: 'found', l1: comparedL1, l1PerSeed, comparedL1, stopped: true };
}
