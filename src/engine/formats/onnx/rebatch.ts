/** @file Frees the batch size of a model that was exported for one, so that many images run at once. */
import { NeuralCleanseError, UnsupportedModelError } from '../../support/errors';
import type { Value } from '../../graph/nodeBuilder';
import { newGraph, specialize } from '../../ops/newGraph';
import type { Graph, GraphInput, Node } from '../../graph/graph';
import { int64, showDims, sameDims, sizeOf, toNumbers, type Tensor } from '../../graph/tensor';
import type { Finding } from '../format';
import { usual } from './inference';

/**
 * `graph` with an open batch dimension, if its one input fixes it. Shapes that exporters wrote down for that batch are
 * made to follow it. Throws {@link UnsupportedModelError} where the result would not keep the images apart.
 */
export function freeBatch(graph: Graph, findings: Finding[]): Graph {
  const [input, second] = graph.inputs;
  const batch = input?.dims[0];
  if (input === undefined || second !== undefined || batch === undefined || batch === null) return graph;
  try {
    const freed = new Rebatch(graph, input, batch).result();
    findings.push({
      severity: 'note',
      place: `input "${input.name}"`,
      message: `The file fixes the batch size at ${String(batch)}; it was freed, so that several images run at once.`,
    });
    return freed;
  } catch (error) {
    if (!(error instanceof NeuralCleanseError)) throw error;
    // A model that does not even fit together as it is throws here, with a better message.
    specialize(graph, new Map([[input.name, usual(input.dims)]]));
    throw new UnsupportedModelError(
      `the model is made for exactly ${batch === 1 ? 'one image' : `${String(batch)} images`} at a time`,
      {
        place: `input "${input.name}"`,
        expected: 'an open batch dimension',
        got: showDims(input.dims),
        hint: 'Export it again with one (in PyTorch: torch.onnx.export with dynamic_axes or dynamic_shapes).',
      },
      { cause: error },
    );
  }
}

/** Both sizes of one value: with the batch of the file and with twice that. */
interface Pair {
  readonly fixed: Value;
  readonly doubled: Value;
  /** What the batch axis is merged with in front of the batch: 7 for an axis of 7 tokens × images. */
  readonly inner: number;
}

/** Walks the nodes at two batch sizes side by side; where they differ is the batch axis. */
class Rebatch {
  readonly #fixed = newGraph();
  readonly #doubled = newGraph();
  readonly #values = new Map<string, Pair>();
  readonly #nodes: Node[] = [];
  readonly #initializers: Map<string, Tensor>;
  #fresh = 0;

  constructor(
    private readonly graph: Graph,
    private readonly input: GraphInput,
    private readonly batch: number,
  ) {
    this.#initializers = new Map(graph.initializers);
  }

  result(): Graph {
    const { name, dtype, dims } = this.input;
    const sizes = usual(dims);
    this.#values.set(name, {
      fixed: this.#fixed.input(name, sizes, dtype),
      doubled: this.#doubled.input(name, [2 * this.batch, ...sizes.slice(1)], dtype),
      inner: 1,
    });
    for (const node of this.graph.nodes) this.#addFreed(node);
    for (const output of this.graph.outputs) {
      const value = this.#value(output);
      if (value?.fixed.dims[0] !== this.batch || batchAxis(value) !== 0) {
        throw new UnsupportedModelError('an output has no batch dimension in front', { place: `output "${output}"` });
      }
    }
    const freed: Graph = {
      inputs: [{ name, dtype, dims: [null, ...dims.slice(1)] }],
      outputs: this.graph.outputs,
      nodes: this.#nodes,
      initializers: this.#initializers,
    };
    specialize(freed, new Map([[name, [3, ...sizes.slice(1)]]]));
    return freed;
  }

  /** Appends a node; a batch axis that keeps its size stays merged as it was. */
  #add(node: Node, inner?: number): void {
    const inputs = node.inputs.map((name) => (name === '' ? undefined : this.#value(name)));
    const options = { name: node.name, outputs: node.outputs.length };
    const fixed = this.#fixed.ops(
      node.op,
      inputs.map((pair) => pair?.fixed),
      node.attributes,
      options,
    );
    const doubled = this.#doubled.ops(
      node.op,
      inputs.map((pair) => pair?.doubled),
      node.attributes,
      options,
    );
    this.#nodes.push(node);
    node.outputs.forEach((name, i) => {
      const [a, b] = [fixed[i], doubled[i]];
      if (a === undefined || b === undefined) return;
      const pair = { fixed: a, doubled: b, inner: 1 };
      const size = batchSize(pair);
      const merged = inputs.find((input) => input !== undefined && input.inner > 1 && batchSize(input) === size);
      this.#values.set(name, { ...pair, inner: inner ?? merged?.inner ?? 1 });
    });
  }

  #addFreed(node: Node): void {
    switch (node.op) {
      case 'Reshape':
        this.#addReshape(node);
        break;
      case 'Expand':
        this.#add(this.#freedExpand(node));
        break;
      case 'Resize':
        this.#add(this.#freedResize(node));
        break;
      case 'Concat':
        this.#add(this.#freedConcat(node));
        break;
      default:
        this.#add(node);
    }
  }

  /** The target shape gets -1 where the batch goes. */
  #addReshape(node: Node): void {
    const [x, shape] = this.#pairs(node);
    const target = shape && this.#constant(shape);
    const axis = x && batchAxis(x);
    if (x === undefined || target === undefined || axis === undefined) {
      this.#add(node);
      return;
    }
    const reshaped = this.#fixed.op('Reshape', [x.fixed, shape?.fixed], node.attributes).dims;
    const lead = sizeOf(x.fixed.dims.slice(0, axis)) * x.inner;
    const to = destination(lead, this.batch, reshaped);
    const entries = target.map((entry, i) => (i === to.axis ? -1 : entry === -1 ? (reshaped[i] ?? 1) : entry));
    const same = entries.every((entry, i) => entry === target[i]);
    this.#add(same ? node : this.#withInput(node, 1, int64([entries.length], entries)), to.inner);
  }

  /** 1 instead of the batch keeps the batch of the expanded value. */
  #freedExpand(node: Node): Node {
    const [x, shape] = this.#pairs(node);
    const target = shape && this.#constant(shape);
    const axis = x && batchAxis(x);
    if (x === undefined || target === undefined || axis === undefined) return node;
    const aligned = axis + target.length - x.fixed.dims.length;
    if (target[aligned] === undefined || target[aligned] === 1) return node;
    return this.#withInput(node, 1, int64([target.length], target.with(aligned, 1)));
  }

  /** Fixed output sizes get the batch of the image. */
  #freedResize(node: Node): Node {
    const [x, , , sizes] = this.#pairs(node);
    const target = sizes && this.#constant(sizes);
    if (x === undefined || target?.length !== x.fixed.dims.length || batchAxis(x) !== 0) return node;
    return { ...node, inputs: node.inputs.with(3, this.#shapeLike(target, node.inputs[0] ?? '', 0)) };
  }

  /** A constant of one image, such as a class token, is repeated for every image. */
  #freedConcat(node: Node): Node {
    const pairs = this.#pairs(node);
    const i = pairs.findIndex((pair) => pair !== undefined && batchAxis(pair) !== undefined);
    const carrier = pairs[i];
    const axis = carrier && batchAxis(carrier);
    if (axis === undefined) return node;
    const inputs = node.inputs.map((name, at) => {
      const pair = pairs[at];
      if (pair === undefined || batchAxis(pair) === axis) return name;
      if (pair.fixed.dims[axis] !== 1) throw new UnsupportedModelError('a constant belongs to a fixed batch');
      const shape = this.#shapeLike(pair.fixed.dims, node.inputs[i] ?? '', axis);
      const output = this.#name('repeated');
      this.#add({ op: 'Expand', name: output, inputs: [name, shape], outputs: [output], attributes: {} });
      return output;
    });
    return { ...node, inputs };
  }

  /** Name of a shape: `dims`, but along `axis` the size of `carrier`. */
  #shapeLike(dims: readonly number[], carrier: string, axis: number): string {
    const size = this.#name('size');
    const shape = this.#name('shape');
    const before = this.#addConstant(int64([axis], dims.slice(0, axis)));
    const after = this.#addConstant(int64([dims.length - axis - 1], dims.slice(axis + 1)));
    this.#add({
      op: 'Shape',
      name: size,
      inputs: [carrier],
      outputs: [size],
      attributes: { start: axis, end: axis + 1 },
    });
    this.#add({ op: 'Concat', name: shape, inputs: [before, size, after], outputs: [shape], attributes: { axis: 0 } });
    return shape;
  }

  #pairs(node: Node): (Pair | undefined)[] {
    return node.inputs.map((name) => (name === '' ? undefined : this.#value(name)));
  }

  #value(name: string): Pair | undefined {
    const known = this.#values.get(name);
    const tensor = this.#initializers.get(name);
    if (known !== undefined || tensor === undefined) return known;
    const pair = { fixed: this.#fixed.constant(tensor, name), doubled: this.#doubled.constant(tensor, name), inner: 1 };
    this.#values.set(name, pair);
    return pair;
  }

  /** The numbers of a value that does not depend on the batch. */
  #constant(pair: Pair): number[] | undefined {
    const [a, b] = [this.#fixed.constantOf(pair.fixed), this.#doubled.constantOf(pair.doubled)];
    if (a === undefined || b === undefined) return undefined;
    const numbers = toNumbers(a);
    return sameDims(numbers, toNumbers(b)) ? numbers : undefined;
  }

  #withInput(node: Node, i: number, tensor: Tensor): Node {
    return { ...node, inputs: node.inputs.with(i, this.#addConstant(tensor)) };
  }

  #addConstant(tensor: Tensor): string {
    const name = this.#name('constant');
    this.#initializers.set(name, tensor);
    return name;
  }

  #name(hint: string): string {
    let name = '';
    do name = `batch:${hint}_${String(this.#fresh++)}`;
    while (this.#values.has(name) || this.#initializers.has(name));
    return name;
  }
}

/** The axis in which the two sizes differ; `undefined` for a value without a batch. */
function batchAxis({ fixed, doubled }: Pair): number | undefined {
  const axes = fixed.dims.flatMap((dim, axis) => (dim === doubled.dims[axis] ? [] : [axis]));
  if (axes.length === 0) return undefined;
  const [axis = 0, second] = axes;
  if (second === undefined && doubled.dims[axis] === 2 * (fixed.dims[axis] ?? 0)) return axis;
  throw new UnsupportedModelError('the batch size spreads into other dimensions');
}

function batchSize(pair: Pair): number | undefined {
  const axis = batchAxis(pair);
  return axis === undefined ? undefined : pair.fixed.dims[axis];
}

/**
 * Which axis of a reshape takes the batch, which has `lead` elements in front of it. With a batch of one several may;
 * an axis of its own is the most likely one, then the front of another, and the features at the end the least.
 */
function destination(lead: number, batch: number, reshaped: readonly number[]): { axis: number; inner: number } {
  const candidates = reshaped.flatMap((size, axis) => {
    const before = sizeOf(reshaped.slice(0, axis));
    const fits = lead % before === 0 && (before * size) % (lead * batch) === 0;
    return fits ? [{ axis, size, inner: lead / before }] : [];
  });
  const front = candidates.filter(({ inner }) => inner === 1);
  const chosen =
    front.find(({ size }) => size === batch) ??
    front.find(({ axis }) => axis < reshaped.length - 1) ??
    candidates.find(({ axis }) => axis < reshaped.length - 1) ??
    candidates[0];
  if (chosen !== undefined) return chosen;
  throw new UnsupportedModelError('a reshape mixes images', { got: showDims(reshaped) });
}
