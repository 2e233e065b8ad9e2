/**
 * @file Unlearning without a trigger, after I-BAU (Zeng et al., Adversarial Unlearning of Backdoors via Implicit Hypergradient, ICLR 2022): the
 * model learns the true labels of images under the perturbation that misleads it most.
 */
import { stampImage, type LabelTrigger } from '../../classify/labelTrigger';
import type { UnlearnPoint } from '../../report/repairReport';
import { IndexStream, sampleIndices } from '../../samples/batches';
import { Random } from '../../support/random';
import { Trainer, TRAINING_ADAM } from '../../training/trainer';
import { type ImageTraining, trainingCurve, type TrainingResult } from '../trainingCurve';
import { Adversary, type AttackedBatch } from './adversary';
import { hypergradient } from './hypergradient';

/** Triggers are those of labels that no scan flagged, too, as what is unlearned there does no harm. */
export interface IBauJob extends ImageTraining {
  readonly learningRate: number;
  readonly seed: number;
  /** Index of the best of these points. */
  choose(points: readonly UnlearnPoint[]): number;
}

const UPDATES = 400;
/** Updates against one perturbation. The authors renew it once a pass; the model would learn it by heart. */
const ROUND = 5;
const SETTINGS = { batch: 32, shift: 1 / 14 };
/** Share of the images that are attacked. */
const ATTACKED = 0.5;
/** Share of the others that carry a reversed trigger, where there are any. */
const STAMPED = 0.4;
/** Labels with a perturbation of their own at a time: their number is what memory grows with. */
const MOST_LABELS = 16;

export async function iBau(job: IBauJob): Promise<TrainingResult> {
  const { runtime, classifier, preprocessing, images } = job;
  const random = new Random(job.seed);
  const trainer = await Trainer.create(runtime, classifier, preprocessing, job.weights, {
    batch: SETTINGS.batch,
    adam: { ...TRAINING_ADAM, learningRate: job.learningRate },
    imageGradient: true,
  });
  try {
    const { weights } = trainer;
    const adversary = new Adversary(trainer.step, images, classifier.input, SETTINGS, random);
    const stream = new IndexStream(sampleIndices(images), random);
    const labels = Int32Array.from(new Set(images.labels));
    let updates = 0;
    const update = async (rate: number): Promise<number> => {
      const isSparse = Math.floor(updates / ROUND) % 2 === 1;
      if (updates % ROUND === 0) {
        if (isSparse) await adversary.renewSparse([...random.shuffle(labels).subarray(0, MOST_LABELS)], weights);
        else await adversary.renewDense(weights);
      }
      updates++;
      const batch = adversary.draw(stream, (label) => {
        if (random.uniform() >= ATTACKED) return undefined;
        return isSparse ? label : 0;
      });
      stampSome(batch, job.triggers, random);
      const { loss, weights: gradients } = await hypergradient(adversary, batch, weights);
      trainer.apply(gradients, rate);
      return loss;
    };
    const result = await trainingCurve({ ...job, updates: UPDATES, batch: SETTINGS.batch, weights, update });
    return { ...result, imagePasses: adversary.imagePasses };
  } finally {
    await trainer.dispose();
  }
}

/** Stamps some of the images that are not attacked, none of them with a trigger of its own label. */
function stampSome({ images, labels, groups }: AttackedBatch, triggers: readonly LabelTrigger[], random: Random): void {
  if (triggers.length === 0) return;
  const size = images.length / labels.length;
  groups.forEach((group, row) => {
    const trigger = triggers[random.integer(triggers.length)];
    if (group !== undefined || trigger === undefined || trigger.label === labels[row]) return;
    if (random.uniform() < STAMPED) stampImage(images.subarray(row * size, (row + 1) * size), trigger);
  });
}
