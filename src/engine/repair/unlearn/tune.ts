/** @file Trains a model for a while on clean images, some of them stamped but truly labelled: unlearning and fine-tuning. */
import { Random } from '../../support/random';
import { worstSuccess, type UnlearnPoint } from '../../report/repairReport';
import { StampedBatches, type StampedBatchesSettings } from '../../training/stampedBatches';
import { Trainer, TRAINING_ADAM } from '../../training/trainer';
import { TRIGGER_IS_DEAD } from '../prune/prune';
import { type ImageTraining, trainingCurve, type TrainingResult } from '../trainingCurve';

export interface TuneSettings extends StampedBatchesSettings {
  readonly learningRate: number;
  /** Passes over the images. */
  readonly epochs: number;
  /** Updates at least, for few images. */
  readonly leastUpdates: number;
  readonly seed: number;
}

export interface TuneJob extends ImageTraining {
  readonly settings: TuneSettings;
  /** Least accuracy that is accepted, 0–1. */
  readonly leastAccuracy: number;
  /** Called on the weights after every update, such as to keep pruned neurons silent. */
  constrain?(weights: ReadonlyMap<string, Float32Array>): void;
}

export async function tune(job: TuneJob): Promise<TrainingResult> {
  const { runtime, classifier, preprocessing, settings } = job;
  const trainer = await Trainer.create(runtime, classifier, preprocessing, job.weights, {
    batch: settings.batch,
    adam: { ...TRAINING_ADAM, learningRate: settings.learningRate },
  });
  try {
    const batches = new StampedBatches(job, new Random(settings.seed));
    const updates = Math.max(settings.leastUpdates, Math.ceil((settings.epochs * job.images.count) / settings.batch));
    return await trainingCurve({
      ...job,
      updates,
      batch: settings.batch,
      weights: trainer.weights,
      update: async (rate) => {
        const { images, labels } = batches.next();
        const { loss } = await trainer.train(images, labels, rate);
        job.constrain?.(trainer.weights);
        return loss;
      },
      choose: (points) => choosePoint(points, job.leastAccuracy),
      isSettled,
    });
  } finally {
    await trainer.dispose();
  }
}

/** The point where accuracy less trigger success is largest, among those that are accurate enough; later ones on ties. */
export function choosePoint(points: readonly UnlearnPoint[], leastAccuracy: number): number {
  const scores = points.map((point) => score(point, leastAccuracy));
  return scores.lastIndexOf(Math.max(...scores));
}

/**
 * The first training, at `rates` tried one after the other, each from the same beginning, that ends with dead triggers and the accuracy asked for;
 * where none does, the best of all. Image passes are those of all.
 */
export async function firstGood(
  { triggers, leastAccuracy }: Pick<TuneJob, 'triggers' | 'leastAccuracy'>,
  rates: readonly number[],
  train: (learningRate: number) => Promise<TrainingResult>,
): Promise<TrainingResult> {
  const attempts: TrainingResult[] = [];
  for (const rate of rates) {
    const result = await train(rate);
    attempts.push(result);
    const kept = result.points[result.chosen];
    if (kept === undefined || result.chosen === 0) continue;
    if (kept.cleanAccuracy >= leastAccuracy && (triggers.length === 0 || worstSuccess(kept) <= TRIGGER_IS_DEAD)) break;
  }
  const imagePasses = attempts.reduce((sum, attempt) => sum + attempt.imagePasses, 0);
  return { ...chooseAmong(attempts, leastAccuracy), imagePasses };
}

/** The result whose chosen point is best; earlier ones on ties. */
function chooseAmong(results: readonly TrainingResult[], leastAccuracy: number): TrainingResult {
  const [first, ...others] = results;
  if (first === undefined) throw new RangeError('No attempt was made');
  const scoreOf = ({ points, chosen }: TrainingResult): number => score(points[chosen], leastAccuracy);
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
