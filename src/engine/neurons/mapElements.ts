/** @file The map of a convolution element by element, where a dense layer reads it so. */
import type { Classifier } from '../classify/classifier';
import type { Graph, Node } from '../graph/graph';
import type { NeuronLayer } from './layers';
import { NeuronWeights } from './neuronWeights';
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
  let value = layer.value;
  let reader = onlyReader(graph, value);
  while (reader !== undefined && PASSES_ON.has(reader.op)) {
    value = reader.outputs[0] ?? '';
    reader = onlyReader(graph, value);
  }
  const dims = types.get(value)?.dims ?? [];
  const [, neurons = 0] = dims;
  if (reader === undefined || reader.inputs[0] !== value || dims.length !== 2 || neurons <= layer.neurons)
    return undefined;
  const weights = new NeuronWeights(graph, types, writable).reading(reader);
  return weights === undefined ? undefined : { ...layer, neurons, value, axis: 1, weights };
}

/** Besides those that ask for the shape only. */
function onlyReader({ nodes, outputs }: Graph, value: string): Node | undefined {
  const [reader, other] = nodes.filter(({ op, inputs }) => op !== 'Shape' && inputs.includes(value));
  return other === undefined && !outputs.includes(value) ? reader : undefined;
}
