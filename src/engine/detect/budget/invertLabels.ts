/** @file Inverts labels with some seeds each, resuming from the checkpoint and saving to it. */
import type { Evaluator } from '../../classify/evaluator';
import { Inversion, type InversionOptions, type InversionResult } from '../invert/inversion';
import { InversionTask, lazily, runInversions } from '../invert/runInversions';
import { compileFor } from '../invert/triggerStep';
import type { LabelResult } from '../../report/scanReport';
import type { DetectionJob, ScanEvents, ScanProgress } from '../scanJob';
import type { Checkpoint, StageName } from './checkpoint';
import { preliminary } from './labelResult';
import { ProgressMeter } from './progressMeter';
import { EXTRA_SEEDS, secondLook } from './secondLook';

/** A scan while it runs. */
export interface RunningScan {
  readonly job: DetectionJob;
  readonly events: ScanEvents;
  readonly checkpoint: Checkpoint;
  readonly evaluator: Evaluator;
  /** See {@link DetectionJob.now}. */
  readonly started: number;
}

/** One way of inverting, for some or all of the labels. */
export interface Stage {
  readonly name: StageName;
  readonly phase: ScanProgress['phase'];
  readonly options: InversionOptions;
  /** False where the triggers of all labels would take too much memory. */
  readonly keepsTriggers: boolean;
}

/** Sees to it that each of `labels` has the results of `seeds` seeds; `finish` gets them, one label after the other. */
export async function invertLabels(
  { job, events, checkpoint, started }: RunningScan,
  { name, phase, options, keepsTriggers }: Stage,
  labels: readonly number[],
  seeds: number,
  finish: (label: number, results: readonly InversionResult[]) => Promise<void> | void,
): Promise<void> {
  const { settings, classifier, images } = job;
  const resultsOf = (label: number): InversionResult[] =>
    checkpoint.results(name, label).filter(({ seed }) => seed < settings.seed + seeds);
  const open = labels.flatMap((label) => {
    const done = new Set(resultsOf(label).map(({ seed }) => seed));
    return Array.from({ length: seeds }, (_, i) => ({ label, seed: settings.seed + i })).filter(
      ({ seed }) => !done.has(seed),
    );
  });
  const { updates, batch } = options;
  const meter = new ProgressMeter(phase, job.now, events, labels.length * seeds * updates, labels.length);
  meter.skip((labels.length * seeds - open.length) * updates);
  const finishLabel = async (label: number): Promise<void> => {
    await finish(label, resultsOf(label));
    meter.labelsDone++;
  };
  for (const label of labels) if (resultsOf(label).length === seeds) await finishLabel(label);
  if (open.length === 0) return;
  const step = await compileFor({ ...job, loss: settings.loss }, open.length, batch);
  try {
    const tasks = lazily(
      open,
      ({ label, seed }) => new InversionTask(new Inversion(label, seed, classifier.input, options), images),
    );
    await runInversions(step, tasks, classifier.input, ({ inversion }) => inversion.finished, {
      ...(events.signal === undefined ? {} : { signal: events.signal }),
      onUpdate: (active) => {
        meter.advance(active);
      },
      onFinished: async ({ inversion }) => {
        const { trigger, ...rest } = inversion.result();
        meter.skip(updates - rest.updates);
        checkpoint.add(name, { ...rest, ...(trigger && keepsTriggers && { trigger }) }, rest.updates * batch);
        if (resultsOf(rest.label).length === seeds) await finishLabel(rest.label);
        await checkpoint.save(job.now(), started);
      },
    });
  } finally {
    await step.dispose();
  }
}

/**
 * Inverts `labels`, and those in doubt again with a few more seeds; the model has `familySize` labels to choose from. Tells of each label as soon as
 * it is done. The results are what `summarize` makes of a label's runs.
 */
export async function invertAndLookAgain(
  scan: RunningScan,
  stage: Stage,
  labels: readonly number[],
  familySize: number,
  summarize: (label: number, runs: readonly InversionResult[]) => Promise<LabelResult> | LabelResult,
): Promise<ReadonlyMap<number, LabelResult>> {
  const { settings } = scan.job;
  const results = new Map<number, LabelResult>();
  const finish = async (label: number, runs: readonly InversionResult[]): Promise<void> => {
    tell(scan, await summarize(label, runs), results);
  };
  await invertLabels(scan, stage, labels, settings.seeds, finish);
  const doubtful = secondLook([...results.values()], settings, familySize);
  await invertLabels(scan, { ...stage, phase: 'verifying' }, doubtful, settings.seeds + EXTRA_SEEDS, finish);
  return results;
}

/** Puts a label's result among the others, and tells of it with the index that it has there. */
export function tell({ events }: RunningScan, result: LabelResult, results: Map<number, LabelResult>): void {
  results.set(result.label, result);
  events.onLabel?.(preliminary(result, [...results.values()]));
}
