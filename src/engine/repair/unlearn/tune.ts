/** @file Trains a model for a while on clean images, some of them stamped but truly labelled: unlearning and fine-tuning. */
import type { Classifier } from '../../classify/classifier';
import type { Tensor } from '../../graph/tensor';
import { throwIfCancelled, type CancelSignal } from '../../support/cancellation';
import { Random } from '../../support/random';
import type { Evaluation, UnlearnPoint } from '../../report/repairReport';
import type { Runtime } from '../../runtime/runtime';
import { StampedBatches, type StampedBatchesSettings } from '../../training/stampedBatches';
import type { Preprocessing } from '../../samples/preprocessing/preprocessing';
import { Trainer, TRAINING_ADAM } from '../../training/trainer';
import { type Judge, type KnownTrigger } from '../judge';
import { worstSuccess } from '../../report/repairReport';
import { TRIGGER_IS_DEAD } from '../prune/prune';
import type { LabelledImages } from '../../samples/samples';
import { asTensors, withWeights } from '../../classify/withWeights';

export interface TuneSettings extends StampedBatchesSettings {
  readonly learningRate: number;
  /** Passes over the images. */
  readonly epochs: number;
  /** Updates at least, for few images. */
  readonly leastUpdates: number;
  readonly seed: number;
}

export interface TuneJob {
  readonly runtime: Runtime;
  readonly classifier: Classifier;
  readonly preprocessing: Preprocessing;
  readonly images: LabelledImages;
  /** To be unlearned; none for plain fine-tuning. */
  readonly triggers: readonly KnownTrigger[];
  /** Names of the weights that are trained. */
  readonly weights: readonly string[];
  readonly settings: TuneSettings;
  readonly judge: Judge;
  /** Of the model as it is now. */
  readonly before: Evaluation;
  /** Least accuracy that is accepted, 0–1. */
  readonly leastAccuracy: number;
  /** Called on the weights after every update, such as to keep pruned neurons silent. */
  constrain?(weights: ReadonlyMap<string, Float32Array>): void;
  readonly signal?: CancelSignal;
  /** `updates`: planned altogether. */
  onPoints?(points: readonly UnlearnPoint[], updates: number): void;
}

export interface TuneResult {
  /** Of the chosen point; empty where the model as it was is best. */
  readonly weights: ReadonlyMap<string, Tensor>;
  readonly points: readonly UnlearnPoint[];
  /** Index into `points`. */
  readonly chosen: number;
  readonly imagePasses: number;
}

/** Points of a curve, the one before the first update left out. */
const POINTS = 10;

export async function tune(job: TuneJob): Promise<TuneResult> {
  const { runtime, classifier, preprocessing, settings, judge } = job;
  const random = new Random(settings.seed);
  const trainer = await Trainer.create(runtime, classifier, preprocessing, job.weights, {
    batch: settings.batch,
    adam: { ...TRAINING_ADAM, learningRate: settings.learningRate },
  });
  try {
    const batches = new StampedBatches(job, random);
    const updates = Math.max(settings.leastUpdates, Math.ceil((settings.epochs * job.images.count) / settings.batch));
    const interval = Math.ceil(updates / POINTS);
    const points: UnlearnPoint[] = [pointOf(0, 0, job.before)];
    let best: Pick<TuneResult, 'weights' | 'chosen'> = { weights: new Map(), chosen: 0 };
    let loss = 0;
    let judged = 0;
    for (let update = 1; update <= updates; update++) {
      throwIfCancelled(job.signal);
      const { images, labels } = batches.next();
      loss += (await trainer.train(images, labels, 1 - update / (updates + 1))).loss;
      job.constrain?.(trainer.weights);
      if (update % interval !== 0 && update !== updates) continue;
      const tensors = asTensors(classifier, trainer.weights);
      const evaluation = await judge.evaluate(withWeights(classifier, tensors), true);
      points.push({ ...pointOf(update, update * settings.batch, evaluation), loss: loss / (update - judged) });
      [loss, judged] = [0, update];
      if (choosePoint(points, job.leastAccuracy) === points.length - 1) {
        const copies = new Map([...trainer.weights].map(([name, values]) => [name, values.slice()] as const));
        best = { weights: asTensors(classifier, copies), chosen: points.length - 1 };
      }
      job.onPoints?.([...points], updates);
      if (isSettled(points, update / updates)) break;
    }
    return { ...best, points, imagePasses: points.at(-1)?.images ?? 0 };
  } finally {
    await trainer.dispose();
  }
}

/** The point where accuracy less trigger success is largest, among those that are accurate enough; later ones on ties. */
export function choosePoint(points: readonly UnlearnPoint[], leastAccuracy: number): number {
  const scores = points.map((point) => score(point, leastAccuracy));
  return scores.lastIndexOf(Math.max(...scores));
}

/** The result whose chosen point is best; earlier ones on ties. */
export function chooseAmong(results: readonly TuneResult[], leastAccuracy: number): TuneResult {
  const [first, ...others] = results;
  if (first === undefined) throw new RangeError('No attempt was made');
  const scoreOf = ({ points, chosen }: TuneResult): number => score(points[chosen], leastAccuracy);
  return others.reduce((best, result) => (scoreOf(result) > scoreOf(best) ? result : best), first);
}

function score(point: UnlearnPoint | undefined, leastAccuracy: number): number {
  if (point === undefined) return -Infinity;
  return point.cleanAccuracy - worstSuccess(point) - (point.cleanAccuracy < leastAccuracy ? 2 : 0);
}

/**
 * Whether nothing is to be gained any more: in the second half of the time, three points without a working trigger that are
 * equally accurate, and as accurate as the model was.
 */
export function isSettled(points: readonly UnlearnPoint[], share: number): boolean {
  const last = points.slice(-3);
  const accuracies = last.map((point) => point.cleanAccuracy);
  const least = Math.max(...accuracies, points[0]?.cleanAccuracy ?? 1) - 0.002;
  return (
    share >= 0.5 && Math.min(...accuracies) >= least && last.every((point) => worstSuccess(point) <= TRIGGER_IS_DEAD)
  );
}

function pointOf(update: number, images: number, { cleanAccuracy, triggers }: Evaluation): UnlearnPoint {
  return { update, images, cleanAccuracy, triggers };
}
