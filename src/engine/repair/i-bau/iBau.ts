/**
 * @file Unlearning without a trigger, after I-BAU (Zeng et al., Adversarial Unlearning of Backdoors via Implicit Hypergradient, ICLR 2022): the
 * model learns the true labels of images under the perturbation that misleads it most.
 */
import type { Classifier } from '../../classify/classifier';
import { stampImage, type LabelTrigger } from '../../classify/labelTrigger';
import { floats } from '../../graph/tensor';
import type { Evaluation, UnlearnPoint } from '../../report/repairReport';
import type { Runtime } from '../../runtime/runtime';
import { IndexStream, sampleIndices } from '../../samples/batches';
import type { Preprocessing } from '../../samples/preprocessing/preprocessing';
import type { LabelledImages } from '../../samples/samples';
import type { CancelSignal } from '../../support/cancellation';
import { Random } from '../../support/random';
import { Adam } from '../../training/adam';
import { TRAINING_ADAM } from '../../training/trainer';
import { TrainingStep } from '../../training/trainingStep';
import type { Judge } from '../judge';
import { trainingCurve, type TrainingResult } from '../trainingCurve';
import { Adversary, type AttackedBatch } from './adversary';
import { hypergradient } from './hypergradient';

export interface IBauJob {
  readonly runtime: Runtime;
  readonly classifier: Classifier;
  readonly preprocessing: Preprocessing;
  readonly images: LabelledImages;
  /** Unlearned beside; those of labels that no scan flagged, too, as what is unlearned there does no harm. */
  readonly triggers: readonly LabelTrigger[];
  /** Names of the weights that are trained. */
  readonly weights: readonly string[];
  readonly learningRate: number;
  readonly seed: number;
  readonly judge: Judge;
  /** Of the model as it is now. */
  readonly before: Evaluation;
  /** Index of the best of these points. */
  choose(points: readonly UnlearnPoint[]): number;
  readonly signal?: CancelSignal;
  /** `updates`: planned altogether. */
  onPoints?(points: readonly UnlearnPoint[], updates: number): void;
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
  const step = await TrainingStep.compile(runtime, classifier, preprocessing, job.weights, SETTINGS.batch, {
    imageGradient: true,
  });
  try {
    const weights = new Map(job.weights.map((name) => [name, valuesOf(classifier, name).slice()] as const));
    const adam = { ...TRAINING_ADAM, learningRate: job.learningRate };
    const optimizers = new Map([...weights].map(([name, { length }]) => [name, new Adam(length, adam)] as const));
    const adversary = new Adversary(step, images, classifier.input, SETTINGS, random);
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
      for (const [name, gradient] of gradients) {
        const values = weights.get(name);
        if (values !== undefined) optimizers.get(name)?.step(values, gradient, rate);
      }
      return loss;
    };
    const result = await trainingCurve({ ...job, updates: UPDATES, batch: SETTINGS.batch, weights, update });
    return { ...result, imagePasses: adversary.imagePasses };
  } finally {
    await step.dispose();
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

function valuesOf({ graph }: Classifier, name: string): Float32Array {
  const tensor = graph.initializers.get(name);
  if (tensor === undefined) throw new RangeError(`The model has no weight named ${name}`);
  return floats(tensor);
}
