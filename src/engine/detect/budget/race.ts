/**
 * @file The race: every label is inverted briefly, and those with the smallest triggers to the end. A brief inversion is enough to
 * see an infected label far below the others, and nothing that an ordinary label would still gain changes that.
 */
import type { LabelResult } from '../../report/scanReport';
import type { InversionResult } from '../invert/inversion';
import { inversionOptions } from '../invert/inversionOptions';
import { shortNorm, RACE_INVERSION, worked } from '../invert/shortInversion';
import type { DetectionJob } from '../scanJob';
import { invertLabels, type RunningScan, type Stage } from './invertLabels';
import { preliminary, smallestOf, verified } from './labelResult';
import { EXTRA_SEEDS, secondLook } from './secondLook';

/** Triggers of all labels are kept up to this size; of a thousand labels on large images only the suspects' are. */
const MOST_TRIGGER_BYTES = 64 * 2 ** 20;

/** One result for each of `labels`, as far as it gets briefly. */
export async function race(scan: RunningScan, labels: readonly number[]): Promise<LabelResult[]> {
  const { job, events } = scan;
  const { settings, classifier } = job;
  const { channels, height, width } = classifier.input;
  const keepsTriggers = labels.length * 4 * (1 + channels) * height * width <= MOST_TRIGGER_BYTES;
  const stage: Stage = { name: 'short', phase: 'screening', options: RACE_INVERSION, keepsTriggers };
  const results = new Map<number, LabelResult>();
  const take = (label: number, runs: readonly InversionResult[]): void => {
    const result = stoppedResult(job, label, runs);
    results.set(label, result);
    events.onLabel?.(preliminary(result, [...results.values()]));
  };
  await invertLabels(scan, stage, labels, settings.seeds, take);
  const doubtful = secondLook([...results.values()], settings, settings.labels?.length ?? classifier.classes);
  await invertLabels(scan, { ...stage, phase: 'verifying' }, doubtful, settings.seeds + EXTRA_SEEDS, take);
  return labels.flatMap((label) => results.get(label) ?? []);
}

/** The results of a {@link race} with `suspects` inverted to the end. */
export async function finishSuspects(
  scan: RunningScan,
  results: readonly LabelResult[],
  suspects: readonly number[],
): Promise<LabelResult[]> {
  const { job, events, evaluator } = scan;
  const options = inversionOptions(job.settings);
  const stage: Stage = { name: 'full', phase: 'inverting', options, keepsTriggers: true };
  const finished = new Map(results.map((result) => [result.label, result]));
  await invertLabels(scan, stage, suspects, job.settings.seeds, async (label, runs) => {
    const stopped = finished.get(label);
    if (stopped === undefined) return;
    const own = smallestOf(job, label, runs);
    const { comparedL1 = NaN } = stopped;
    // A trigger that works in nine of ten images and never in all is still this label's smallest.
    const result = own.state === 'found' ? { ...own, comparedL1 } : stopped;
    finished.set(label, await verified(job, evaluator, result, runs, events.signal));
    events.onLabel?.(preliminary(finished.get(label) ?? result, [...finished.values()]));
  });
  return results.map((result) => finished.get(result.label) ?? result);
}

/** Of a label that was inverted briefly; without trigger where those are not kept. */
function stoppedResult(job: DetectionJob, label: number, runs: readonly InversionResult[]): LabelResult {
  const smallest = smallestOf(job, label, runs);
  const l1PerSeed = runs.filter(({ curve }) => worked(curve)).map(({ curve }) => shortNorm(curve));
  if (l1PerSeed.length === 0) return smallest;
  const comparedL1 = Math.min(...l1PerSeed);
  return { ...smallest, state: 'found', l1: comparedL1, l1PerSeed, comparedL1, stopped: true };
}
