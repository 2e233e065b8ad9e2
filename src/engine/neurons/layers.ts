/** @file Layers of a classifier that have neurons: channels of convolutions, units of dense layers. */
import { UsageError } from '../support/errors';
import type { Classifier } from '../classify/classifier';
import type { Graph, Node } from '../graph/graph';
import { LINEAR, NeuronWeights, type NeuronWeight } from './neuronWeights';
import { valueTypes } from './valueTypes';

export interface NeuronLayer {
  /** As the file names it; for a residual sum, the last layer that adds to it. */
  readonly name: string;
  /** Names of all layers that share these neurons, {@link name} among them. */
  readonly members: readonly string[];
  readonly kind: 'convolution' | 'dense';
  readonly neurons: number;
  /** Value of the graph that holds the neurons' outputs, after normalisation and activation where they follow at once. */
  readonly value: string;
  /** Axis of the neurons in {@link value}. */
  readonly axis: number;
  /** Zero in slice i of all of these silences neuron i; empty where the file's weights cannot do that. */
  readonly weights: readonly NeuronWeight[];
}

/**
 * All layers with neurons, in the order of evaluation, without the one that gives the logits. `writable` names the
 * initializers that can be written back (default: all).
 */
export function neuronLayers(classifier: Classifier, writable?: ReadonlySet<string>): NeuronLayer[] {
  const { graph } = classifier;
  const types = valueTypes(classifier);
  const weights = new NeuronWeights(graph, types, writable ?? new Set(graph.initializers.keys()));
  const output = outputLayer(graph, classifier.logits);
  const walk = new Walk(graph, weights);
  const layers = new Map<string, NeuronLayer>();
  for (const node of graph.nodes) {
    if (!LINEAR.has(node.op) || node === output || weights.constant(node.inputs[1] ?? '') === undefined) continue;
    const dims = types.get(node.outputs[0] ?? '')?.dims ?? [];
    const axis = node.op === 'MatMul' ? dims.length - 1 : 1;
    const value = walk.forward(node.outputs[0] ?? '', axis);
    const members = [...(layers.get(value)?.members ?? []), node.name];
    // Deleted first, so that a residual sum stands where its last layer does.
    layers.delete(value);
    layers.set(value, {
      name: node.name,
      members,
      kind: node.op.startsWith('Conv') ? 'convolution' : 'dense',
      neurons: dims[axis] ?? 0,
      value,
      axis,
      weights: weights.silencing(value, axis) ?? [],
    });
  }
  return [...layers.values()];
}

/** Where the paper ranks neurons (V-C): the last layer before the one that gives the logits. */
export function secondToLastLayer(layers: readonly NeuronLayer[]): NeuronLayer {
  return layers.at(-1) ?? nothing('the model has no layer with neurons');
}

export function lastConvolution(layers: readonly NeuronLayer[]): NeuronLayer {
  return layers.findLast((layer) => layer.kind === 'convolution') ?? nothing('the model has no convolution');
}

/** Throws {@link UsageError} listing the layers there are. */
export function layerNamed(layers: readonly NeuronLayer[], name: string): NeuronLayer {
  const found = layers.find((layer) => layer.members.includes(name));
  if (found !== undefined) return found;
  throw new UsageError('there is no such layer with neurons', {
    expected: layers.map((layer) => layer.name).join(', '),
    got: name,
  });
}

/** Follows values forward from a linear layer. */
class Walk {
  readonly #readers = new Map<string, Node[]>();
  readonly #outputs: ReadonlySet<string>;

  constructor(
    graph: Graph,
    private readonly weights: NeuronWeights,
  ) {
    this.#outputs = new Set(graph.outputs);
    for (const node of graph.nodes) {
      for (const name of new Set(node.inputs)) this.#readers.set(name, [...(this.#readers.get(name) ?? []), node]);
    }
  }

  /** The last value that the channel still owns: behind normalisation, activation and residual sums that nothing else reads. */
  forward(value: string, axis: number): string {
    for (;;) {
      const next = this.#next(value);
      if (next === undefined || this.weights.silencing(next, axis) === undefined) return value;
      value = next;
    }
  }

  #next(value: string): string | undefined {
    const readers = this.#readers.get(value) ?? [];
    const [reader, other] = readers;
    if (reader === undefined || this.#outputs.has(value)) return undefined;
    const gated = other === undefined ? undefined : readers.find((node) => node.op === 'Mul');
    // x · gate(x), as Swish: the gate is the other reader.
    if (gated !== undefined && readers.length === 2) {
      const gate = readers.find((node) => node !== gated)?.outputs[0];
      return gate !== undefined && gated.inputs.includes(gate) ? gated.outputs[0] : undefined;
    }
    return other === undefined && STAYS.has(reader.op) ? reader.outputs[0] : undefined;
  }
}

/** Operators behind which a value is still the output of the same layer. */
const STAYS = new Set([
  ...['BatchNormalization', 'Add', 'Sum', 'Mul', 'Dropout', 'Identity', 'Relu', 'LeakyRelu', 'PRelu', 'Elu', 'Selu'],
  ...['Celu', 'ThresholdedRelu', 'HardSwish', 'Tanh', 'Softsign', 'Gelu', 'Mish', 'Clip'],
]);

/** The linear layer that gives the logits: the first one met on the way back. */
function outputLayer(graph: Graph, logits: string): Node | undefined {
  const producers = new Map(graph.nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
  let node = producers.get(logits);
  while (node !== undefined && !LINEAR.has(node.op)) {
    const { inputs } = node;
    node = producers.get(inputs.find((name) => producers.has(name)) ?? '');
  }
  return node;
}

function nothing(summary: string): never {
  throw new UsageError(summary, { hint: 'Choose another method or layer.' });
}
