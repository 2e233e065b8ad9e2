/** @file Inversions that are cheap and stop early: their norms are no triggers' sizes, but labels can be compared by them. */
import type { CurvePoint } from '../../report/scanReport';
import type { CleanImages } from '../../samples/samples';
import type { CancelSignal } from '../../support/cancellation';
import { Inversion, type InversionOptions } from './inversion';
import { InversionTask, lazily, runInversions } from './runInversions';
import { compileFor, type TriggerStepJob } from './triggerStep';

/**
 * Small batches rank labels as well as large ones at a fraction of the image passes, and λ must move at once, because a
 * comparison by L1 means nothing before the masks have begun to shrink.
 */
export const SHORT_SCHEDULE = {
  batch: 8,
  roundUpdates: 4,
  successThreshold: 0.9,
  initialLambda: 1e-3,
  patience: 1,
  multiplier: 2,
  earlyStopRounds: Infinity,
} as const;

/** After so many updates an infected label's norm is a fifth of the median one, the smallest clean label's more than half. */
export const SHORT_UPDATES = 80;

/** Of a label whose norm is measured before and after something. */
export const SHORT_INVERSION: InversionOptions = { ...SHORT_SCHEDULE, updates: SHORT_UPDATES };

/** Of all labels in a race. On 13 networks it told infected from clean labels as well as batches of 8 and of 16 did. */
export const RACE_INVERSION: InversionOptions = { ...SHORT_INVERSION, batch: 4 };

export interface ShortInversionJob extends TriggerStepJob {
  readonly images: CleanImages;
  readonly seed: number;
  readonly signal?: CancelSignal;
  /** After each update, with the inversions in work. */
  onUpdate?(active: readonly InversionTask[]): void;
}

/** What is inverted: a label, or a label as images of one other reach it. */
export interface Subject {
  readonly label: number;
  readonly sourceLabel?: number;
}

/** The norm of each label, in pixels. Costs {@link SHORT_UPDATES} · 8 image passes a label. */
export async function shortNorms(
  job: ShortInversionJob,
  labels: readonly number[],
): Promise<ReadonlyMap<number, number>> {
  const norms = await shortNormsOf(
    job,
    labels.map((label) => ({ label })),
  );
  return new Map(labels.map((label, i) => [label, norms[i] ?? NaN]));
}

/** As {@link shortNorms}, in the order of `subjects`. */
export async function shortNormsOf(job: ShortInversionJob, subjects: readonly Subject[]): Promise<number[]> {
  if (subjects.length === 0) return [];
  const { classifier, images, seed, signal } = job;
  const step = await compileFor(job, subjects.length, SHORT_SCHEDULE.batch);
  try {
    const norms = new Array<number>(subjects.length).fill(NaN);
    const places = new Map<InversionTask, number>();
    const tasks = lazily(subjects.entries(), ([place, { label, sourceLabel }]) => {
      const inversion = new Inversion(label, seed, classifier.input, SHORT_INVERSION);
      const task = new InversionTask(inversion, images, sourceLabel);
      places.set(task, place);
      return task;
    });
    await runInversions(step, tasks, classifier.input, ({ inversion }) => inversion.finished, {
      ...(signal && { signal }),
      onUpdate: (active) => job.onUpdate?.(active),
      onFinished: (task) => {
        norms[places.get(task) ?? NaN] = shortNorm(task.inversion.result().curve);
        places.delete(task);
      },
    });
    return norms;
  } finally {
    await step.dispose();
  }
}

/** The smallest L1 of a round that worked; of an inversion that never did, the last. */
export function shortNorm(curve: readonly CurvePoint[]): number {
  const rounds = curve.filter(isReached).map(({ l1 }) => l1);
  return rounds.length > 0 ? Math.min(...rounds) : (curve.at(-1)?.l1 ?? NaN);
}

/** Whether some round found a trigger that works. */
export function worked(curve: readonly CurvePoint[]): boolean {
  return curve.some(isReached);
}

function isReached({ success }: CurvePoint): boolean {
  return success >= SHORT_SCHEDULE.successThreshold;
}
