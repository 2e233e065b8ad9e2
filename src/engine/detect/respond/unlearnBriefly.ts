/** @file A copy of the model that has forgotten some triggers: a short unlearning, which judges nothing and repairs nothing. */
import type { Classifier } from '../../classify/classifier';
import type { LabelTrigger } from '../../classify/labelTrigger';
import { asTensors, withWeights } from '../../classify/withWeights';
import type { Runtime } from '../../runtime/runtime';
import type { Preprocessing } from '../../samples/preprocessing/preprocessing';
import type { LabelledImages } from '../../samples/samples';
import { throwIfCancelled, type CancelSignal } from '../../support/cancellation';
import { Random } from '../../support/random';
import { StampedBatches } from '../../training/stampedBatches';
import { Trainer, TRAINING_ADAM } from '../../training/trainer';

export interface UnlearnBrieflyJob {
  readonly runtime: Runtime;
  readonly classifier: Classifier;
  readonly preprocessing: Preprocessing;
  readonly images: LabelledImages;
  readonly triggers: readonly LabelTrigger[];
  /** Names of the weights that are trained. */
  readonly weights: readonly string[];
  readonly updates: number;
  readonly learningRate: number;
  readonly seed: number;
  readonly signal?: CancelSignal;
}

/** Images per update. */
export const UNLEARN_BATCH = 32;
const SHIFT = 1 / 14;
const STAMP_SHARE = 0.4;

/** The original is left alone. Costs `updates` · {@link UNLEARN_BATCH} image passes. */
export async function unlearnBriefly(job: UnlearnBrieflyJob): Promise<Classifier> {
  const { runtime, classifier, preprocessing, weights, updates, learningRate, signal } = job;
  const random = new Random(job.seed);
  const settings = { batch: UNLEARN_BATCH, shift: SHIFT, stampShare: STAMP_SHARE };
  const adam = { ...TRAINING_ADAM, learningRate };
  const trainer = await Trainer.create(runtime, classifier, preprocessing, weights, { batch: UNLEARN_BATCH, adam });
  try {
    const batches = new StampedBatches({ ...job, settings }, random);
    for (let update = 0; update < updates; update++) {
      throwIfCancelled(signal);
      const { images, labels } = batches.next();
      await trainer.train(images, labels, 1 - update / updates);
    }
    return withWeights(classifier, asTensors(classifier, trainer.weights));
  } finally {
    await trainer.dispose();
  }
}
