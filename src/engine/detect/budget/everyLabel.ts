/** @file Every label inverted to the end, as in the paper; above some number of labels only those that its low-cost scheme leaves. */
import type { LabelResult } from '../../report/scanReport';
import { inversionOptions } from '../invert/inversionOptions';
import { compileFor } from '../invert/triggerStep';
import { invertAndLookAgain, type RunningScan, type Stage } from './invertLabels';
import { emptyResult, smallestOf, verified } from './labelResult';
import { SCREENING, screenLabels } from './lowCost';
import { ProgressMeter } from './progressMeter';

/** One result for each of `labels`. */
export async function invertEveryLabel(scan: RunningScan, labels: readonly number[]): Promise<LabelResult[]> {
  const { job, events, evaluator } = scan;
  const chosen = await chooseLabels(scan, labels);
  const options = inversionOptions(job.settings);
  const stage: Stage = { name: 'full', phase: 'inverting', options, keepsTriggers: true };
  const results = await invertAndLookAgain(scan, stage, chosen, labels.length, (label, runs) =>
    verified(job, evaluator, smallestOf(job, label, runs), runs, events.signal),
  );
  return labels.map((label) => results.get(label) ?? emptyResult(label, 'screened', job));
}

/** All labels, or what the low-cost screening leaves of them. */
async function chooseLabels(
  { job, events, checkpoint }: RunningScan,
  labels: readonly number[],
): Promise<readonly number[]> {
  const { settings, classifier, images } = job;
  if (settings.lowCostAbove === 0 || labels.length <= settings.lowCostAbove) return labels;
  if (checkpoint.screened !== undefined) return checkpoint.screened;
  const step = await compileFor({ ...job, loss: settings.loss }, labels.length, SCREENING.batch);
  try {
    const meter = new ProgressMeter('screening', job.now, events, labels.length * SCREENING.planned, labels.length);
    const screening = await screenLabels(step, labels, images, classifier.input, settings.seed, {
      ...(events.signal === undefined ? {} : { signal: events.signal }),
      onUpdate: (active) => {
        meter.advance(active);
      },
    });
    checkpoint.setScreened(screening.chosen, screening.imagePasses);
    return screening.chosen;
  } finally {
    await step.dispose();
  }
}
