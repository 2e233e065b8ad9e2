/** @file Inverts labels with some seeds each, resuming from the checkpoint and saving to it. */
import type { Evaluator } from '../../classify/evaluator';
import { Inversion, type InversionOptions, type InversionResult } from '../invert/inversion';
import { InversionTask, lazily, runInversions } from '../invert/runInversions';
import type { Subject } from '../invert/shortInversion';
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

/** An inversion that the checkpoint does not have yet. */
interface OpenInversion extends Subject {
  /** What the checkpoint keeps it under, which knows numbers only. */
  readonly key: number;
  readonly seed: number;
}

/** Runs the `open` inversions of a stage and keeps each in the checkpoint, then tells `onDone` of its key. */
export async function invertOpen(
  { job, events, checkpoint, started }: RunningScan,
  { name, options, keepsTriggers }: Stage,
  open: readonly OpenInversion[],
  meter: ProgressMeter,
  onDone: (key: number) => Promise<void> | void,
): Promise<void> {
  if (open.length === 0) return;
  const { settings, classifier, images } = job;
  const { updates, batch } = options;
  const step = await compileFor({ ...job, loss: settings.loss }, open.length, batch);
  try {
    const keys = new Map<InversionTask, number>();
    const tasks = lazily(open, ({ label, sourceLabel, key, seed }) => {
      const task = new InversionTask(new Inversion(label, seed, classifier.input, options), images, sourceLabel);
      keys.set(task, key);
      return task;
    });
    await runInversions(step, tasks, classifier.input, ({ inversion }) => inversion.finished, {
      ...(events.signal === undefined ? {} : { signal: events.signal }),
      onUpdate: (active) => {
        meter.advance(active);
      },
      onFinished: async (task) => {
        const { trigger, ...rest } = task.inversion.result();
        const key = keys.get(task) ?? NaN;
        keys.delete(task);
        meter.skip(updates - rest.updates);
        const kept = { ...rest, label: key, ...(trigger && keepsTriggers && { trigger }) };
        checkpoint.add(name, kept, rest.updates * batch);
        await onDone(key);
        await checkpoint.save(job.now(), started);
      },
    });
  } finally {
    await step.dispose();
  }
}

/** Sees to it that each of `labels` has the results of `seeds` seeds; `finish` gets them, one label after the other. */
export async function invertLabels(
  scan: RunningScan,
  stage: Stage,
  labels: readonly number[],
  seeds: number,
  finish: (label: number, results: readonly InversionResult[]) => Promise<void> | void,
): Promise<void> {
  const { job, events, checkpoint } = scan;
  const { settings } = job;
  const resultsOf = (label: number): InversionResult[] =>
    checkpoint.results(stage.name, label).filter(({ seed }) => seed < settings.seed + seeds);
  const open = labels.flatMap((label) => {
    const done = new Set(resultsOf(label).map(({ seed }) => seed));
    return Array.from({ length: seeds }, (_, i) => ({ key: label, label, seed: settings.seed + i })).filter(
      ({ seed }) => !done.has(seed),
    );
  });
  const { updates } = stage.options;
  const meter = new ProgressMeter(stage.phase, job.now, events, labels.length * seeds * updates, labels.length);
  meter.skip((labels.length * seeds - open.length) * updates);
  const finishIfDone = async (label: number): Promise<void> => {
    const results = resultsOf(label);
    if (results.length < seeds) return;
    await finish(label, results);
    meter.labelsDone++;
  };
  for (const label of labels) await finishIfDone(label);
  await invertOpen(scan, stage, open, meter, finishIfDone);
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
