/** @file Trains weights update by update, judges them now and then, and keeps those of the best moment. */
import type { Classifier } from '../classify/classifier';
import { asTensors, withWeights } from '../classify/withWeights';
import type { LabelTrigger } from '../classify/labelTrigger';
import type { Tensor } from '../graph/tensor';
import type { Evaluation, UnlearnPoint } from '../report/repairReport';
import type { Runtime } from '../runtime/runtime';
import type { Preprocessing } from '../samples/preprocessing/preprocessing';
import type { LabelledImages } from '../samples/samples';
import { throwIfCancelled, type CancelSignal } from '../support/cancellation';
import type { Judge } from './judge';

/** A model that is trained, and who judges it meanwhile. */
export interface JudgedTraining {
  readonly classifier: Classifier;
  readonly judge: Judge;
  /** Of the model as it is now. */
  readonly before: Evaluation;
  readonly signal?: CancelSignal;
  /** `updates`: planned altogether. */
  onPoints?(points: readonly UnlearnPoint[], updates: number): void;
}

/** A training on images, in whatever way. */
export interface ImageTraining extends JudgedTraining {
  readonly runtime: Runtime;
  readonly preprocessing: Preprocessing;
  readonly images: LabelledImages;
  /** To be unlearned; none for plain fine-tuning. */
  readonly triggers: readonly LabelTrigger[];
  /** Names of the weights that are trained. */
  readonly weights: readonly string[];
}

export interface TrainingCurveJob extends JudgedTraining {
  /** Updates at most, and images of each. */
  readonly updates: number;
  readonly batch: number;
  /** Current values by initializer, changed in place by {@link update}. */
  readonly weights: ReadonlyMap<string, Float32Array>;
  /** One update at `rate`, which falls from 1 to 0; returns the loss. */
  update(rate: number): Promise<number>;
  /** Index of the best of these points. */
  choose(points: readonly UnlearnPoint[]): number;
  /** Whether training can end after these points, `share` of the updates being done. */
  isSettled?(points: readonly UnlearnPoint[], share: number): boolean;
}

export interface TrainingResult {
  /** Of the chosen point; empty where the model as it was is best. */
  readonly weights: ReadonlyMap<string, Tensor>;
  readonly points: readonly UnlearnPoint[];
  /** Index into `points`. */
  readonly chosen: number;
  readonly imagePasses: number;
}

/** Points of a curve, the one before the first update left out. */
const POINTS = 10;

export async function trainingCurve(job: TrainingCurveJob): Promise<TrainingResult> {
  const { classifier, judge, updates, batch, weights } = job;
  const interval = Math.ceil(updates / POINTS);
  const points: UnlearnPoint[] = [pointOf(0, 0, job.before)];
  let best: Pick<TrainingResult, 'weights' | 'chosen'> = { weights: new Map(), chosen: 0 };
  let loss = 0;
  let judged = 0;
  for (let update = 1; update <= updates; update++) {
    throwIfCancelled(job.signal);
    loss += await job.update(1 - update / (updates + 1));
    if (update % interval !== 0 && update !== updates) continue;
    const evaluation = await judge.evaluate(withWeights(classifier, asTensors(classifier, weights)), true);
    points.push({ ...pointOf(update, update * batch, evaluation), loss: loss / (update - judged) });
    [loss, judged] = [0, update];
    if (job.choose(points) === points.length - 1) {
      const copies = new Map([...weights].map(([name, values]) => [name, values.slice()] as const));
      best = { weights: asTensors(classifier, copies), chosen: points.length - 1 };
    }
    job.onPoints?.([...points], updates);
    if (job.isSettled?.(points, update / updates) === true) break;
  }
  return { ...best, points, imagePasses: points.at(-1)?.images ?? 0 };
}

function pointOf(update: number, images: number, { cleanAccuracy, triggers }: Evaluation): UnlearnPoint {
  return { update, images, cleanAccuracy, triggers };
}
