/** @file The map of a convolution element by element, where a dense layer reads it so. */
import type { Classifier } from '../classify/classifier';
import type { NeuronLayer } from './layers';
import { NeuronWeights } from './neuronWeights';
import { readerOf } from './readerOf';
import { valueTypes } from './valueTypes';

/** Operators that pass a map on to the dense layer, smaller or in another order, but nothing else. */
const PASSES_ON = new Set([
  ...['MaxPool', 'AveragePool', 'Flatten', 'Reshape', 'Transpose', 'Squeeze', 'Dropout', 'Identity'],
  ...['Relu', 'LeakyRelu', 'Elu', 'Selu', 'Clip', 'Tanh', 'Sigmoid', 'HardSwish'],
]);

/**
 * The elements that a dense layer reads out of the convolution's flattened map, as neurons of their own: a trigger has its
 * place in the image, and with the whole channel all the others would go too. Zero weights silence a neuron by not reading it.
 * `undefined` where something else reads the map as well, or each channel has one element only.
 */
export function mapElements(
  classifier: Classifier,
  layer: NeuronLayer,
  writable: ReadonlySet<string>,
): NeuronLayer | undefined {
  if (layer.kind !== 'convolution') return undefined;
  const { graph } = classifier;
  const types = valueTypes(classifier);
  const reader = readerOf(graph, layer.value, PASSES_ON);
  if (reader === undefined) return undefined;
  const { node, value } = reader;
  const dims = types.get(value)?.dims ?? [];
  const [, neurons = 0] = dims;
  if (node.inputs[0] !== value || dims.length !== 2 || neurons <= layer.neurons) return undefined;
  const weights = new NeuronWeights(graph, types, writable).reading(node);
  return weights === undefined ? undefined : { ...layer, neurons, value, axis: 1, weights };
}
