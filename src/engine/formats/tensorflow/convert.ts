/** @file Turns a graph of TensorFlow's operators into one of ours: images as `[N, C, H, W]`, kept so from convolution to convolution. */
import { ModelFormatError, UnsupportedModelError } from '../../support/errors';
import type { Finding } from '../format';
import type { Graph } from '../../graph/graph';
import { GraphWriter } from '../graphWriter';
import { feedShape } from '../keras/input';
import { ConstantUses } from './constantUses';
import { parseValue, type TfGraph, type TfNode } from './graphDef';
import { KnownValues } from './knownValues';
import { NodeConverter, type Operand, type TfValue } from './nodeConverter';
import { OPERATORS } from './operators';

export interface ConvertedGraph {
  readonly graph: Graph;
  readonly weights: ReturnType<ConstantUses['weights']>;
  readonly findings: readonly Finding[];
}

/** Throws one {@link UnsupportedModelError} that names every operator that cannot be run. */
export function convertGraph(source: TfGraph): ConvertedGraph {
  const findings: Finding[] = [];
  const byName = new Map(source.nodes.map((node) => [node.name, node]));
  const outputs = source.outputs.length > 0 ? source.outputs : unread(source.nodes);
  const needed = inOrder(byName, source.constants, outputs);
  refuseUnknown(needed.filter(({ name }) => !source.constants.has(name)));
  const graph = new GraphWriter();
  const constants = new ConstantUses(graph);
  const [image, ...others] = needed.filter(({ op }) => op === 'Placeholder');
  if (image === undefined || others.length > 0) {
    throw new UnsupportedModelError('the model does not take one image', {
      expected: 'one input',
      got: `${image === undefined ? 0 : others.length + 1} inputs`,
    });
  }
  const { input, fed } = feedShape(image.name, imageShape(image, source), imageOrder(needed), graph, findings);
  const computed = new KnownValues(graph, input);
  const values = new Map<string, readonly Operand[]>([
    [image.name, [{ value: fed.value, rank: fed.dims.length, order: fed.order === 'nchw' ? 'nchw' : 'tf' }]],
  ]);
  for (const [name, constant] of source.constants) values.set(name, [{ name, constant }]);
  const read = (value: string): Operand => {
    const [node, index] = parseValue(value);
    const operand = values.get(node)?.[index];
    if (operand !== undefined) return operand;
    throw new ModelFormatError('a node reads a value that nothing gives', { place: `"${value}"` });
  };
  for (const node of needed) {
    if (values.has(node.name)) continue;
    const converter = OPERATORS.get(node.op);
    const result = converter?.(new NodeConverter(node, node.inputs.map(read), graph, constants, computed));
    if (result !== undefined)
      values.set(node.name, Array.isArray(result) ? (result as readonly Operand[]) : [result as Operand]);
  }
  const results = outputs.map(read).map((operand): TfValue => {
    if ('constant' in operand) throw new UnsupportedModelError('an output of the model is a constant');
    return operand;
  });
  return {
    graph: {
      inputs: [input],
      outputs: results.map(({ value }) => value),
      nodes: graph.nodes,
      initializers: graph.constants,
    },
    weights: constants.weights(),
    findings,
  };
}

/** The nodes that the outputs need, each behind those it reads. Throws where they stand in a circle or one is missing. */
function inOrder(
  byName: ReadonlyMap<string, TfNode>,
  constants: TfGraph['constants'],
  outputs: readonly string[],
): TfNode[] {
  const order: TfNode[] = [];
  const state = new Map<string, 'open' | 'done'>();
  const stack = outputs.map((output) => parseValue(output)[0]).reverse();
  for (let name = stack.at(-1); name !== undefined; name = stack.at(-1)) {
    const node = byName.get(name);
    if (node === undefined) throw new ModelFormatError('a node is missing', { place: `"${name}"` });
    if (state.get(name) === undefined) {
      state.set(name, 'open');
      const inputs = constants.has(name) ? [] : node.inputs;
      for (const [input] of inputs.map(parseValue)) {
        if (state.get(input) === 'open')
          throw new ModelFormatError('nodes wait for each other', { place: `"${input}"` });
        if (state.get(input) === undefined) stack.push(input);
      }
    } else {
      stack.pop();
      if (state.get(name) === 'open') order.push(node);
      state.set(name, 'done');
    }
  }
  return order;
}

function unread(nodes: readonly TfNode[]): string[] {
  const read = new Set(nodes.flatMap(({ inputs }) => inputs.map((input) => parseValue(input)[0])));
  return nodes.filter(({ name, op }) => !read.has(name) && op !== 'Const' && op !== 'NoOp').map(({ name }) => name);
}

function refuseUnknown(nodes: readonly TfNode[]): void {
  const known = new Set([...OPERATORS.keys(), 'Placeholder']);
  const unknown = [...new Set(nodes.filter(({ op }) => !known.has(op)).map(({ op }) => op))];
  if (unknown.length === 0) return;
  throw new UnsupportedModelError(`the model has operators that are not supported: ${unknown.join(', ')}`, {
    hint: 'Convert the model to ONNX with tf2onnx.',
  });
}

/** Without the batch; `null` where a size is open. */
function imageShape(node: TfNode, { inputShape }: TfGraph): (number | null)[] {
  const shape = node.attributes.get('shape');
  const dims = Array.isArray(shape) ? shape.map(Number) : inputShape;
  if (dims === undefined || dims.length < 2) {
    throw new UnsupportedModelError('the file does not say what shape the input has', {
      place: `input "${node.name}"`,
    });
  }
  return dims.slice(1).map((dim) => (Number.isSafeInteger(dim) && dim > 0 ? dim : null));
}

/** Whether the network computes on channels-first images: what its convolutions and pools say. */
function imageOrder(nodes: readonly TfNode[]): 'keras' | 'nchw' {
  const first = nodes.some(({ op, attributes }) => /Conv|Pool/.test(op) && attributes.get('data_format') === 'NCHW');
  return first ? 'keras' : 'nchw';
}
