/** @file Inverts labels with some seeds each, resuming from the checkpoint and saving to it. */
import type { Evaluator } from '../../classify/evaluator';
import { Inversion, type InversionOptions, type InversionResult } from '../invert/inversion';
import { InversionTask, lazily, runInversions } from '../invert/runInversions';
import { labelsPerStep, TriggerStep } from '../invert/triggerStep';
import type { DetectionJob, ScanEvents, ScanProgress } from '../scanJob';
import type { Checkpoint, StageName } from './checkpoint';
import { ProgressMeter } from './progressMeter';

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
  const step = await compileStep(job, open.length, batch);
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

export async function compileStep(job: DetectionJob, jobs: number, batch: number): Promise<TriggerStep> {
  const labels = labelsPerStep(job.classifier, Math.max(1, jobs), batch);
  return TriggerStep.compile(job.runtime, job.classifier, job.preprocessing, { labels, batch }, job.settings.loss);
}
