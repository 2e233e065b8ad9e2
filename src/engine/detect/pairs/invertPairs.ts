/** @file Inverts pairs of labels, resuming from the checkpoint and saving to it. */
import type { LabelledImages } from '../../samples/samples';
import type { RunningScan } from '../budget/invertLabels';
import { ProgressMeter } from '../budget/progressMeter';
import type { StageName } from '../budget/checkpoint';
import { Inversion, type InversionOptions, type InversionResult } from '../invert/inversion';
import { InversionTask, lazily, runInversions } from '../invert/runInversions';
import { compileFor } from '../invert/triggerStep';
import type { Pair } from './pair';

export interface PairStage {
  readonly name: Extract<StageName, 'pairs-short' | 'pairs-full'>;
  readonly options: InversionOptions;
  /** False where the triggers of all pairs would take too much memory. */
  readonly keepsTriggers: boolean;
}

/** One result for each of `pairs`, in their order. `images` have the labels by which the sources are known. */
export async function invertPairs(
  { job, events, checkpoint, started }: RunningScan,
  { name, options, keepsTriggers }: PairStage,
  images: LabelledImages,
  pairs: readonly Pair[],
): Promise<InversionResult[]> {
  const { settings, classifier } = job;
  /** The checkpoint knows labels only, so that a pair is kept under a number of its own. */
  const keyOf = ({ source, target }: Pair): number => source * classifier.classes + target;
  const open = pairs.filter((pair) => checkpoint.results(name, keyOf(pair)).length === 0);
  const { updates, batch } = options;
  const meter = new ProgressMeter('pairing', job.now, events, pairs.length * updates, pairs.length);
  meter.skip((pairs.length - open.length) * updates);
  meter.labelsDone = pairs.length - open.length;
  if (open.length > 0) {
    const step = await compileFor({ ...job, loss: settings.loss }, open.length, batch);
    try {
      const keys = new Map<InversionTask, number>();
      const tasks = lazily(open, (pair) => {
        const inversion = new Inversion(pair.target, settings.seed, classifier.input, options);
        const task = new InversionTask(inversion, images, pair.source);
        keys.set(task, keyOf(pair));
        return task;
      });
      await runInversions(step, tasks, classifier.input, ({ inversion }) => inversion.finished, {
        ...(events.signal === undefined ? {} : { signal: events.signal }),
        onUpdate: (active) => {
          meter.advance(active);
        },
        onFinished: async (task) => {
          const { trigger, ...rest } = task.inversion.result();
          meter.skip(updates - rest.updates);
          meter.labelsDone++;
          const kept = { ...rest, label: keys.get(task) ?? NaN, ...(trigger && keepsTriggers && { trigger }) };
          keys.delete(task);
          checkpoint.add(name, kept, rest.updates * batch);
          await checkpoint.save(job.now(), started);
        },
      });
    } finally {
      await step.dispose();
    }
  }
  return pairs.flatMap((pair) => checkpoint.results(name, keyOf(pair)).slice(0, 1));
}
