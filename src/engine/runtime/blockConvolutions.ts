/**
 * @file ONNX Runtime's fast CPU convolutions work on channels in blocks. It converts convolutions with constant weights
 * by itself; in training the weights are inputs, and this file does the same for those (measured in docs/gradients.md).
 */
import type { Graph, Node, TypedGraph } from '../graph/graph';
import { float32, int64, sameDims, sizeOf, toNumbers, type Tensor } from '../graph/tensor';
import { BlockedGraph, CONV, DOMAIN } from './blockedGraph';
import { blockedWeights } from './blockedWeights';

/** The same function, computed in blocks of `block` channels around convolutions whose weights are not constant. */
export function blockConvolutions(graph: TypedGraph, block: number): Graph {
  const some = graph.nodes.some(
    (node) => isBlockable(graph, node, block) && !graph.initializers.has(node.inputs[1] ?? ''),
  );
  if (!some) return graph;
  const g = new BlockedGraph(graph, block);
  for (const node of graph.nodes) {
    if (isBlockable(graph, node, block)) addConvolution(g, node);
    else if (!addBlocked(g, node)) g.keep(node);
  }
  return g.finish();
}

/** Whether ONNX Runtime has a blocked kernel for this node, which then is a convolution. `block` 1: there is none. */
export function isBlockable(graph: TypedGraph, node: Node, block: number): boolean {
  const [outputs = 0, inputs = 0, ...kernel] = graph.types.get(node.inputs[1] ?? '')?.dims ?? [];
  const group = Number(node.attributes.group ?? 1);
  if (node.op !== 'Conv' || block === 1 || kernel.length !== 2 || outputs % block !== 0) return false;
  if (group === 1) return inputs < block || inputs % block === 0;
  const depthwise = inputs === 1 && outputs === group;
  return depthwise || (inputs % block === 0 && (outputs / group) % block === 0);
}

/**
 * A graph whose output shows the block size: of 64 channels and 2 columns, numbered in order from 0, number 1 lands
 * where the second column of the first block starts.
 */
export function blockProbe(): { graph: Graph; input: Tensor; blockOf: (output: ArrayLike<number>) => number } {
  const dims = [1, 64, 1, 2];
  const numbers = Array.from({ length: sizeOf(dims) }, (_, i) => i);
  return {
    graph: {
      inputs: [{ name: 'x', dtype: 'float32', dims }],
      outputs: ['y'],
      nodes: [{ op: `${DOMAIN}.ReorderInput`, name: 'probe', inputs: ['x'], outputs: ['y'], attributes: {} }],
      initializers: new Map(),
    },
    input: float32(dims, numbers),
    blockOf: (output) => Array.from(output).indexOf(1),
  };
}

function addConvolution(g: BlockedGraph, node: Node): void {
  const [input = '', weights = '', bias = ''] = node.inputs;
  const [, inputs = 1, ...kernel] = g.dims(weights);
  // Few channels are read as they are.
  const direct = Number(node.attributes.group ?? 1) === 1 && inputs < g.block;
  const parameters = [blockedWeights(g, weights), ...(bias === '' ? [] : [g.plain(bias)])];
  const image = direct ? g.plain(input) : g.blocked(input);
  g.replaceBlocked(node, CONV, [image, ...parameters], { ...node.attributes, kernel_shape: kernel });
}

/** Adds `node` in the blocked layout if one of its inputs is in it, and there is a way; says whether that was done. */
function addBlocked(g: BlockedGraph, node: Node): boolean {
  const [input = ''] = node.inputs;
  if (!node.inputs.some((name) => g.isBlocked(name))) return false;
  switch (node.op) {
    case 'Relu':
    case 'HardSigmoid':
    case 'Sigmoid':
    case 'Tanh':
    case 'Add':
    case 'Sub':
    case 'Mul':
    case 'Div':
      return addElementwise(g, node);
    case 'MaxPool':
    case 'AveragePool':
      g.replaceBlocked(node, `${DOMAIN}.${node.op}`, [g.blocked(input)], node.attributes);
      return true;
    case 'Resize':
      return addRepetition(g, node);
    case 'Pad':
    case 'Slice':
      return isSpatial(g, node) && addSpatial(g, node);
    case 'ReduceSum':
      return addChannelSum(g, node);
    default:
      return false;
  }
}

/** Element by element the order does not matter, as long as all inputs have the same. */
function addElementwise(g: BlockedGraph, node: Node): boolean {
  const dims = g.dims(node.inputs[0]);
  const alike = node.inputs.every((name) => sameDims(g.dims(name), dims));
  if (dims.length !== 4 || (dims[1] ?? 0) % g.block !== 0 || !alike) return false;
  const inputs = node.inputs.map((name) => g.blocked(name));
  if (fuseActivation(g, node) || fuseSum(g, node, inputs)) return true;
  g.replaceBlocked(node, node.op, inputs, node.attributes);
  return true;
}

/** As ONNX Runtime does: the activation of a convolution that nothing else reads costs nothing. */
function fuseActivation(g: BlockedGraph, node: Node): boolean {
  if (node.op !== 'Relu' && node.op !== 'HardSigmoid') return false;
  const { alpha = 0.2, beta = 0.5 } = node.attributes;
  const parameters = node.op === 'Relu' ? {} : { activation_params: [Number(alpha), Number(beta)] };
  return g.extendConvolution(node.inputs[0] ?? '', node, (convolution) => ({
    ...convolution,
    attributes: { ...convolution.attributes, activation: node.op, ...parameters },
  }));
}

/** Likewise a sum with another value. */
function fuseSum(g: BlockedGraph, node: Node, inputs: readonly string[]): boolean {
  if (node.op !== 'Add' || inputs[0] === inputs[1]) return false;
  return node.inputs.some((name, i) =>
    g.extendConvolution(name, node, (convolution) =>
      convolution.inputs.length > 3
        ? undefined
        : { ...convolution, inputs: [...convolution.inputs, ''].slice(0, 3).concat(inputs[1 - i] ?? '') },
    ),
  );
}

/** A Resize that repeats every element. */
function addRepetition(g: BlockedGraph, node: Node): boolean {
  const { mode, coordinate_transformation_mode: coordinates, nearest_mode: rounding } = node.attributes;
  const scales = toNumbers(g.constant(node.inputs[2]) ?? int64([0], []));
  const whole = scales.length === 4 && scales.every((scale) => Number.isInteger(scale) && scale >= 1);
  if (!whole || mode !== 'nearest' || coordinates !== 'asymmetric' || rounding !== 'floor') return false;
  g.replaceBlocked(node, `${DOMAIN}.Upsample`, [g.blocked(node.inputs[0] ?? '')], { scales });
  return true;
}

/** Whether a Pad or Slice leaves images and channels alone. */
function isSpatial(g: BlockedGraph, node: Node): boolean {
  const [, first, value = '', axes = ''] = node.inputs;
  if (node.op === 'Slice') {
    const sliced = toNumbers(g.constant(axes) ?? int64([0], []));
    return sliced.length > 0 && sliced.every((axis) => axis >= 2);
  }
  const pads = toNumbers(g.constant(first) ?? int64([0], []));
  return value === '' && axes === '' && pads.length === 8 && [0, 1, 4, 5].every((i) => pads[i] === 0);
}

/** Over the axes [N, C/block, H, W, block]. */
function addSpatial(g: BlockedGraph, node: Node): boolean {
  const [input = '', first = '', ...rest] = node.inputs;
  const [n = 1, channels = 1, height = 1, width = 1] = g.dims(input);
  const apart = g.reshape(g.blocked(input), [n, channels / g.block, height, width, g.block]);
  const pads = toNumbers(g.constant(first) ?? int64([0], []));
  const inputs =
    node.op === 'Slice'
      ? [first, ...rest]
      : [g.initializer(int64([10], [...pads.slice(0, 4), 0, ...pads.slice(4), 0]))];
  g.setBlocked(node, g.reshape(g.emit(node.op, [apart, ...inputs], node.attributes), g.dims(node.outputs[0])));
  return true;
}

/** Sum over images and positions; the mean of each image is a pool, and what remains is small. */
function addChannelSum(g: BlockedGraph, node: Node): boolean {
  const [input = '', axes] = node.inputs;
  const [, channels = 1, height = 1, width = 1] = g.dims(input);
  if (!sameDims(toNumbers(g.constant(axes) ?? int64([0], [])), [0, 2, 3])) return false;
  const means = g.emit(`${DOMAIN}.GlobalAveragePool`, [g.blocked(input)]);
  const plain = g.emit(`${DOMAIN}.ReorderOutput`, [means], { channels });
  const sums = g.emit('Mul', [plain, g.initializer(float32([], [height * width]))]);
  g.replacePlain(node, { ...node, inputs: [sums, ...node.inputs.slice(1)] });
  return true;
}
