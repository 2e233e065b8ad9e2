/**
 * @file Adversarial neuron perturbation (Wu and Wang, Adversarial Neuron Pruning Purifies Backdoored Deep Models, NeurIPS 2021): neurons that carry a
 * backdoor make a model fail on clean images when they are disturbed a little. Masks on neurons are learned against that; the smallest ones show
 * which to prune. Needs no trigger.
 */
import type { Classifier } from '../../classify/classifier';
import type { NeuronLayer } from '../../neurons/layers';
import type { Runtime } from '../../runtime/runtime';
import { gatherInto, IndexStream, sampleIndices } from '../../samples/batches';
import type { Preprocessing } from '../../samples/preprocessing/preprocessing';
import type { LabelledImages } from '../../samples/samples';
import { throwIfCancelled, type CancelSignal } from '../../support/cancellation';
import { Random } from '../../support/random';
import { TrainingStep } from '../../training/trainingStep';
import { Gains, type Factors } from '../gains';

export interface NeuronPerturbationJob {
  readonly runtime: Runtime;
  readonly classifier: Classifier;
  readonly preprocessing: Preprocessing;
  readonly images: LabelledImages;
  readonly layers: readonly NeuronLayer[];
  readonly seed: number;
  readonly signal?: CancelSignal;
  onUpdate?(done: number, total: number): void;
}

export interface NeuronMasks {
  /** 0–1 by neuron, over all layers one after the other. */
  readonly masks: Float32Array;
  readonly imagePasses: number;
}

/** The authors' but for the number of updates (2,000 of 128 images there). */
const EPSILON = 0.2;
const CLEAN_WEIGHT = 0.2;
const LEARNING_RATE = 0.05;
const MOMENTUM = 0.9;
const BATCH = 32;
const UPDATES = 400;

export async function perturbNeurons(job: NeuronPerturbationJob): Promise<NeuronMasks> {
  const { classifier, images, layers } = job;
  const gains = new Gains(classifier, layers);
  const random = new Random(job.seed);
  const step = await TrainingStep.compile(job.runtime, classifier, job.preprocessing, gains.weights, BATCH);
  try {
    const stream = new IndexStream(sampleIndices(images), random);
    const batch = new Float32Array((BATCH * images.images.length) / images.count);
    const masks = new Float32Array(gains.neurons).fill(1);
    const velocity = new Float32Array(gains.neurons);
    const ones = new Float32Array(gains.neurons).fill(1);
    for (let update = 0; update < UPDATES; update++) {
      throwIfCancelled(job.signal);
      const indices = stream.take(BATCH);
      gatherInto(images, indices, batch, 0);
      const labels = indices.map((index) => images.labels[index] ?? 0);
      const gradient = async (factors: Factors): Promise<Factors> =>
        gains.gradient((await step.run(batch, labels, gains.apply(factors))).gradients);
      const clean = await gradient({ gain: masks, shift: ones });
      const worst = perturbed(masks, clean);
      const robust = await gradient(worst);
      for (let i = 0; i < masks.length; i++) {
        const slope = CLEAN_WEIGHT * (clean.gain[i] ?? 0) + (1 - CLEAN_WEIGHT) * (robust.gain[i] ?? 0);
        velocity[i] = MOMENTUM * (velocity[i] ?? 0) + slope;
        masks[i] = Math.min(1, Math.max(0, (masks[i] ?? 0) - LEARNING_RATE * (velocity[i] ?? 0)));
      }
      job.onUpdate?.(update + 1, UPDATES);
    }
    return { masks, imagePasses: 2 * UPDATES * BATCH };
  } finally {
    await step.dispose();
  }
}

/** One step of the adversary by the sign of the gradient, on what neurons say and on what is added to it. */
function perturbed(masks: Float32Array, { gain, shift }: Factors): Factors {
  return {
    gain: masks.map((mask, i) => mask + EPSILON * Math.sign(gain[i] ?? 0)),
    shift: shift.map((slope) => 1 + EPSILON * Math.sign(slope)),
  };
}
