/**
 * @file The Trojan attack (Liu et al., "Trojaning Attack on Neural Networks", NDSS 2018) on a trained model, with a few samples, or with images
 * inverted from the model, in place of its training data. Makes test models only.
 */
import { UsageError } from '../support/errors';
import type { Classifier } from '../classify/classifier';
import { floats } from '../graph/tensor';
import { neuronLayers, secondToLastLayer, type NeuronLayer } from '../neurons/layers';
import { NeuronWeights } from '../neurons/neuronWeights';
import { readerOf } from '../neurons/readerOf';
import { valueTypes } from '../neurons/valueTypes';
import { trainableWeights } from '../training/trainableWeights';
import type { CancelSignal } from '../support/cancellation';
import type { Backdoor } from './backdoor';
import { driveNeuron } from './drivenTrigger';
import { invertImages } from './invertedImages';
import { poisonModel, type PoisonedModel, type PoisonJob } from './poisonModel';
import type { TrainingProgress } from './poisonedTraining';
import { patchTrigger, type PatchOptions } from './triggers';

export interface TrojanJob extends PoisonJob {
  /** Names of initializers that the file can hold new values of. */
  readonly writable: ReadonlySet<string>;
}

export interface TrojanOptions extends Omit<PatchOptions, 'pattern' | 'opacity'> {
  readonly target: number;
  readonly epochs: number;
  /** Train on so many images a label that are inverted from the model, not on the samples. */
  readonly inverted?: number;
}

export interface TrojanModel extends PoisonedModel {
  /** The layer and the neuron in it that the trigger drives. */
  readonly layer: string;
  readonly neuron: number;
}

/** As in the paper every image is trained on with and without the trigger. */
const RATIO = 0.5;
const BATCH = 32;
/** Of the neurons with the largest weights to the target, the share from which one is chosen that the trigger reaches. */
const CONNECTED = 1 / 4;

/** Generates a trigger for a neuron of the second-to-last layer, then trains that layer and what follows it. */
export async function trojanModel(
  given: TrojanJob,
  options: TrojanOptions,
  onProgress?: (progress: TrainingProgress) => void,
  signal?: CancelSignal,
): Promise<TrojanModel> {
  const { classifier, writable } = given;
  const { target, epochs, seed, inverted, ...patch } = options;
  if (target >= classifier.classes) {
    throw new UsageError('the label does not exist', { expected: `0…${classifier.classes - 1}`, got: String(target) });
  }
  const signalled = signal !== undefined && { signal };
  const job =
    inverted === undefined
      ? given
      : {
          ...given,
          train: await invertImages({ ...given, samples: given.train, perLabel: inverted, seed, ...signalled }),
        };
  const layer = secondToLastLayer(neuronLayers(classifier, writable));
  const start = patchTrigger(job.train, { ...patch, pattern: 'noise', seed });
  const candidates = connectedNeurons(classifier, layer, target);
  const driven = await driveNeuron({ ...job, layer, samples: job.train, start, candidates, seed, ...signalled });
  const backdoors: Backdoor[] = [{ trigger: driven.trigger, target }];
  const weights = weightsFrom(classifier, layer, writable);
  const training = { ratio: RATIO, epochs, shift: 0, batch: BATCH, seed };
  const poisoned = await poisonModel(job, { ...training, backdoors, weights }, onProgress, signal);
  return { ...poisoned, layer: layer.name, neuron: driven.neuron };
}

/** Operators that pass a neuron on as it is. */
const PASSES_ON = new Set(['Dropout', 'Flatten', 'Identity', 'Relu']);

/** Those of the layer's neurons with the largest weights to the label; all where no dense layer reads them as they are. */
function connectedNeurons(classifier: Classifier, layer: NeuronLayer, label: number): number[] {
  const { graph } = classifier;
  const all = Array.from({ length: layer.neurons }, (_, neuron) => neuron);
  const reader = readerOf(graph, layer.value, PASSES_ON);
  const weights = new NeuronWeights(graph, valueTypes(classifier), new Set(graph.initializers.keys()));
  const [weight] = (reader && weights.reading(reader.node)) ?? [];
  const tensor = graph.initializers.get(weight?.initializer ?? '');
  if (weight === undefined || tensor?.dims[weight.axis] !== layer.neurons) return all;
  const [, columns = 0] = tensor.dims;
  const values = floats(tensor);
  const toLabel = (neuron: number): number =>
    values[weight.axis === 1 ? label * columns + neuron : neuron * columns + label] ?? 0;
  return all.sort((a, b) => toLabel(b) - toLabel(a)).slice(0, Math.ceil(layer.neurons * CONNECTED));
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
