/**
 * @file Convolutions with a computed kernel as large as the image, as the gradients of weights are. ONNX Runtime would
 * copy the image once per kernel element; a matrix product per output is two to three times as fast
 * (measured in docs/gradients.md).
 */
import type { GraphBuilder } from '../graph/builder';
import type { Value } from '../graph/nodeBuilder';
import { newGraph } from '../ops/newGraph';
import type { Node, TypedGraph } from '../graph/graph';
import { sizeOf } from '../graph/tensor';
import { reshapeTo } from '../ops/shared/broadcast';
import { elementOffsets, windowOf, type Window } from '../ops/shared/window';

/** The same function, with such convolutions replaced; `keep` says which ones another pass takes care of. */
export function unrollConvolutions(graph: TypedGraph, keep: (node: Node) => boolean): TypedGraph {
  const windowToUnroll = (node: Node): Window | undefined => (keep(node) ? undefined : largeKernel(graph, node));
  if (!graph.nodes.some((node) => windowToUnroll(node) !== undefined)) return graph;
  const b = newGraph();
  const values = new Map<string, Value>();
  const valueOf = (name: string): Value | undefined => {
    if (name === '') return undefined;
    const tensor = graph.initializers.get(name);
    const value = values.get(name) ?? (tensor && b.constant(tensor, name));
    if (value === undefined) throw new RangeError(`The graph has no value named ${name}`);
    values.set(name, value);
    return value;
  };
  for (const { name, dims, dtype } of graph.inputs) values.set(name, b.input(name, dims, dtype));
  for (const node of graph.nodes) {
    const inputs = node.inputs.map(valueOf);
    const window = windowToUnroll(node);
    const [x, weights] = inputs;
    const outputs =
      window === undefined || x === undefined || weights === undefined
        ? b.ops(node.op, inputs, node.attributes, { name: node.name, outputs: node.outputs.length })
        : [unrolled(b, x, weights, window, Number(node.attributes.group ?? 1))];
    node.outputs.forEach((name, i) => {
      const output = outputs[i];
      if (output !== undefined) values.set(name, output);
    });
  }
  const found = graph.outputs.map((name) => [name, values.get(name)] as const);
  return b.build(Object.fromEntries(found.filter((entry): entry is [string, Value] => entry[1] !== undefined)));
}

/** The windows of a convolution to be unrolled: computed weights, no bias, no padding, fewer outputs than kernel elements. */
function largeKernel(graph: TypedGraph, node: Node): Window | undefined {
  const [x = '', weights = '', bias = ''] = node.inputs;
  if (node.op !== 'Conv' || bias !== '' || graph.initializers.has(weights)) return undefined;
  if (node.attributes.pads !== undefined || node.attributes.auto_pad !== undefined) return undefined;
  const [size, kernel] = [x, weights].map((name) => graph.types.get(name)?.dims.slice(2) ?? []);
  const window = windowOf(node, size ?? [], kernel ?? []);
  return sizeOf(window.output) < sizeOf(window.kernel) ? window : undefined;
}

/** x `[A, group·K, …]`, weights `[group·O, K, …kernel]`; returns `[A, group·O, …outputs]`. */
function unrolled(b: GraphBuilder, x: Value, weights: Value, window: Window, group: number): Value {
  const [rows = 1, channels = 1, ...size] = x.dims;
  const [outputs = 1] = weights.dims;
  const inner = (channels / group) * sizeOf(window.kernel);
  const spatial = size.map((_, axis) => axis + 2);
  const byGroup = b.op('Transpose', [reshapeTo(b, x, [rows, group, channels / group, ...size])], {
    perm: [1, 0, 2, ...spatial.map((axis) => axis + 1)],
  });
  const images = reshapeTo(b, byGroup, [group * rows, channels / group, ...size]);
  const filters = reshapeTo(b, weights, [group, outputs / group, inner]);
  const starts = elementOffsets({ ...window, kernel: window.output, dilations: window.strides });
  const products = starts.map((start) => {
    const ends = start.map((from, axis) => from + ((window.kernel[axis] ?? 1) - 1) * (window.dilations[axis] ?? 1) + 1);
    const read = b.op('Slice', [images, b.ints(start), b.ints(ends), b.ints(spatial), b.ints(window.dilations)]);
    const columns = b.op('Transpose', [reshapeTo(b, read, [group, rows, inner])], { perm: [0, 2, 1] });
    return reshapeTo(b, b.op('MatMul', [filters, columns]), [1, outputs, rows]);
  });
  const stacked = b.op('Transpose', [b.op('Concat', products, { axis: 0 })], { perm: [2, 1, 0] });
  return reshapeTo(b, stacked, [rows, outputs, ...window.output]);
}
