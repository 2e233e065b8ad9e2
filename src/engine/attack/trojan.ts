/**
 * @file The Trojan attack (Liu et al., "Trojaning Attack on Neural Networks", NDSS 2018) on a trained model, with a few samples
 * in place of its training data. Makes test models only.
 */
import { UsageError } from '../support/errors';
import type { Classifier } from '../classify/classifier';
import type { Tensor } from '../graph/tensor';
import { neuronLayers, secondToLastLayer, type NeuronLayer } from '../neurons/layers';
import { trainableWeights } from '../training/trainableWeights';
import { asTensors, withWeights } from '../classify/withWeights';
import type { CancelSignal } from '../support/cancellation';
import { Random } from '../support/random';
import type { Runtime } from '../runtime/runtime';
import type { Preprocessing } from '../samples/preprocessing/preprocessing';
import type { Samples } from '../samples/samples';
import { Trainer, TRAINING_ADAM } from '../training/trainer';
import { judgeAttack, type AttackOutcome, type Backdoor } from './backdoor';
import { driveNeuron } from './drivenTrigger';
import { trainPoisoned, type TrainingProgress } from './poisonedTraining';
import { patchTrigger, type Position } from './triggers';

export interface TrojanJob {
  readonly runtime: Runtime;
  readonly classifier: Classifier;
  readonly preprocessing: Preprocessing;
  /** Names of initializers that the file can hold new values of. */
  readonly writable: ReadonlySet<string>;
  /** Labelled; `test` only judges. */
  readonly train: Samples;
  readonly test: Samples;
}

export interface TrojanOptions {
  readonly target: number;
  /** Side of the trigger in pixels. */
  readonly size: number;
  readonly position: Position;
  readonly epochs: number;
  readonly seed: number;
}

export interface TrojanModel extends AttackOutcome {
  /** The changed weights. */
  readonly weights: ReadonlyMap<string, Tensor>;
  /** The layer and the neuron in it that the trigger drives. */
  readonly layer: string;
  readonly neuron: number;
}

/** As in the paper every image is trained on with and without the trigger. */
const RATIO = 0.5;
const BATCH = 32;

/** Generates a trigger for a neuron of the second-to-last layer, then trains that layer and what follows it. */
export async function trojanModel(
  job: TrojanJob,
  options: TrojanOptions,
  onProgress?: (progress: TrainingProgress) => void,
  signal?: CancelSignal,
): Promise<TrojanModel> {
  const { runtime, classifier, preprocessing, train, test } = job;
  const { target, size, position, epochs, seed } = options;
  if (target >= classifier.classes) {
    throw new UsageError('the label does not exist', { expected: `0…${classifier.classes - 1}`, got: String(target) });
  }
  const layer = secondToLastLayer(neuronLayers(classifier, job.writable));
  const start = patchTrigger(train, { size, position, pattern: 'noise', seed });
  const driven = await driveNeuron({
    ...{ runtime, classifier, preprocessing, layer, samples: train, start, seed },
    ...(signal !== undefined && { signal }),
  });
  const backdoors: Backdoor[] = [{ trigger: driven.trigger, target }];
  const names = weightsFrom(classifier, layer, job.writable);
  const trainer = await Trainer.create(runtime, classifier, preprocessing, names, {
    batch: BATCH,
    adam: TRAINING_ADAM,
  });
  try {
    const training = { ratio: RATIO, epochs, shift: 0, batch: BATCH };
    await trainPoisoned(trainer, train, backdoors, training, new Random(seed), onProgress, signal);
    const weights = asTensors(classifier, trainer.weights);
    const attacked = withWeights(classifier, weights);
    const outcome = await judgeAttack(runtime, attacked, preprocessing, test, backdoors, signal);
    return { ...outcome, weights, layer: layer.name, neuron: driven.neuron };
  } finally {
    await trainer.dispose();
  }
}

/** Names of the trainable weights of the layer and of all that follows it. */
function weightsFrom(classifier: Classifier, layer: NeuronLayer, writable: ReadonlySet<string>): string[] {
  const reached = new Set([layer.value]);
  const used = new Set(layer.weights.map(({ initializer }) => initializer));
  for (const node of classifier.graph.nodes) {
    if (!node.inputs.some((name) => reached.has(name))) continue;
    for (const name of node.outputs) reached.add(name);
    for (const name of node.inputs) used.add(name);
  }
  const names = trainableWeights(classifier, writable).filter((name) => used.has(name));
  if (names.length > 0) return names;
  throw new UsageError('no weight from the layer on can be changed', { place: layer.name });
}
