/** @file Builds typed graphs node by node; infers shapes and folds constants at every step. */
import { ModelFormatError } from '../support/errors';
import type { Attributes, Graph, GraphInput, Node, TypedGraph } from './graph';
import type { NodeBuilder, NodeOptions, Value } from './nodeBuilder';
import type { OpContext, OperatorTable } from './operator';
import { float32, int64, scalar, showDims, sizeOf, type DType, type Tensor, type TensorType } from './tensor';

/** Larger results are left to the runtime; folding is for shape arithmetic, not for weights. */
const MAX_FOLDED_ELEMENTS = 1 << 16;
/** The same for what is read in folding, and for all results together: a small file can ask for any number of them. */
const MAX_FOLDED_INPUT = 1 << 20;
const MAX_FOLDED_TOTAL = 1 << 24;

export class GraphBuilder implements NodeBuilder {
  readonly #inputs: (GraphInput & TensorType)[] = [];
  readonly #initializers = new Map<string, Tensor>();
  readonly #types = new Map<string, TensorType>();
  readonly #nodes: Node[] = [];
  #fresh = 0;
  #folded = 0;

  constructor(readonly operators: OperatorTable) {}

  /** The nodes so far, in topological order. */
  get nodes(): readonly Node[] {
    return this.#nodes;
  }

  input(name: string, dims: readonly number[], dtype: DType = 'float32'): Value {
    const unique = this.#unique(name);
    this.#inputs.push({ name: unique, dtype, dims });
    return this.#define(unique, { dtype, dims });
  }

  constant(tensor: Tensor, name = 'constant'): Value {
    const unique = this.#unique(name);
    this.#initializers.set(unique, tensor);
    return this.#define(unique, tensor);
  }

  /** A float32 scalar constant. */
  scalar(value: number): Value {
    return this.constant(scalar(value));
  }

  /** A 1-D int64 constant: axes, shapes, pads. */
  ints(values: readonly number[]): Value {
    return this.constant(int64([values.length], values));
  }

  /** A float32 constant of the given shape with one value everywhere. */
  filled(dims: readonly number[], value: number): Value {
    return this.constant(float32(dims, new Float32Array(sizeOf(dims)).fill(value)));
  }

  /** The tensor behind a value that is known before running. */
  constantOf(value: Pick<Value, 'name'>): Tensor | undefined {
    return this.#initializers.get(value.name);
  }

  /** The value with this name; it must exist. */
  value(name: string): Value {
    const type = this.#types.get(name);
    if (type === undefined) throw new RangeError(`No value named ${name}`);
    return { name, dtype: type.dtype, dims: type.dims };
  }

  /** Adds a node with one output. */
  op(
    op: string,
    inputs: readonly (Value | undefined)[],
    attributes: Attributes = {},
    options: NodeOptions = {},
  ): Value {
    const [value] = this.ops(op, inputs, attributes, options);
    if (value === undefined) throw new RangeError(`${op} has no output`);
    return value;
  }

  /** Adds a node; returns its outputs. A node whose result is known and small becomes a constant instead. */
  ops(
    op: string,
    inputs: readonly (Value | undefined)[],
    attributes: Attributes = {},
    options: NodeOptions = {},
  ): Value[] {
    const name = options.name ?? `${op}_${String(this.#fresh++)}`;
    const definition = this.operators(op, name);
    const context: OpContext = {
      op,
      name,
      attributes,
      inputs,
      outputCount: options.outputs ?? 1,
      constant: (i) => {
        const input = inputs[i];
        return input === undefined ? undefined : this.constantOf(input);
      },
    };
    const types = definition.infer(context);
    const folded = this.#fold(context, types);
    if (folded !== undefined) return folded.map((tensor) => this.constant(tensor, `${name}:folded`));
    const outputs = types.map((type, i) => this.#define(this.#unique(i === 0 ? name : `${name}:${String(i)}`), type));
    this.#nodes.push({
      op,
      name,
      attributes,
      inputs: inputs.map((input) => input?.name ?? ''),
      outputs: outputs.map((output) => output.name),
    });
    return outputs;
  }

  /**
   * Copies `graph` into this one. `feeds` names the values that stand for its inputs; a feed may also
   * replace an initializer (for weights that are being trained). Returns every value of the copy by its old name.
   */
  inline(graph: Graph, feeds: ReadonlyMap<string, Value>): ReadonlyMap<string, Value> {
    const copy = new Map<string, Value>(feeds);
    for (const input of graph.inputs) this.#checkFeed(input, copy.get(input.name));
    const lookUp = (name: string, node: Node): Value | undefined => {
      if (name === '') return undefined;
      const known = copy.get(name);
      if (known !== undefined) return known;
      const tensor = graph.initializers.get(name);
      if (tensor === undefined) {
        throw new ModelFormatError('a node uses a value that nothing produces', {
          place: `${node.op} "${node.name}"`,
          expected: `a value named "${name}"`,
          got: 'none',
        });
      }
      const value = this.constant(tensor, name);
      copy.set(name, value);
      return value;
    };
    for (const node of graph.nodes) {
      const inputs = node.inputs.map((name) => lookUp(name, node));
      const outputs = this.ops(node.op, inputs, node.attributes, { name: node.name, outputs: node.outputs.length });
      node.outputs.forEach((name, i) => {
        const output = outputs[i];
        if (name !== '' && output !== undefined) copy.set(name, output);
      });
    }
    for (const name of graph.outputs) {
      if (copy.has(name)) continue;
      lookUp(name, { op: 'graph output', name, inputs: [], outputs: [], attributes: {} });
    }
    return copy;
  }

  /** The finished graph with the given outputs; nodes and initializers that no output needs are left out. */
  build(outputs: Readonly<Record<string, Value>>): TypedGraph {
    const aliases = Object.entries(outputs).map(([name, value]): Node => ({
      op: 'Identity',
      name: `output:${name}`,
      inputs: [value.name],
      outputs: [name],
      attributes: {},
    }));
    const needed = new Set(aliases.flatMap((node) => node.inputs));
    const nodes: Node[] = [];
    for (const node of this.#nodes.toReversed()) {
      if (!node.outputs.some((name) => needed.has(name))) continue;
      nodes.push(node);
      for (const name of node.inputs) needed.add(name);
    }
    const types = new Map([...this.#types].filter(([name]) => needed.has(name)));
    for (const node of nodes) for (const name of node.outputs) types.set(name, this.value(name));
    // Layers are often named after what they make, so a value can stand in the way of an output's name.
    const inputs = this.#inputs.filter((input) => needed.has(input.name));
    const fixed = new Set(inputs.map((input) => input.name));
    const moved = new Map(
      Object.keys(outputs)
        .filter((name) => types.has(name) && !fixed.has(name))
        .map((name) => [name, this.#unique(name)]),
    );
    const current = (name: string): string => moved.get(name) ?? name;
    const finalTypes = new Map([...types].map(([name, type]) => [current(name), type]));
    for (const [name, value] of Object.entries(outputs)) finalTypes.set(name, { dtype: value.dtype, dims: value.dims });
    return {
      inputs,
      outputs: Object.keys(outputs),
      nodes: [
        ...nodes.reverse().map((node) => ({
          ...node,
          inputs: node.inputs.map(current),
          outputs: node.outputs.map(current),
        })),
        ...aliases.map((alias) => ({ ...alias, inputs: alias.inputs.map(current) })),
      ],
      initializers: new Map(
        [...this.#initializers].filter(([name]) => needed.has(name)).map(([name, tensor]) => [current(name), tensor]),
      ),
      types: finalTypes,
    };
  }

  #fold(context: OpContext, types: readonly TensorType[]): Tensor[] | undefined {
    const definition = this.operators(context.op, context.name);
    if (definition.fold === undefined) return undefined;
    const elements = sum(types.map((type) => sizeOf(type.dims)));
    if (elements > MAX_FOLDED_ELEMENTS || this.#folded + elements > MAX_FOLDED_TOTAL) return undefined;
    const constants = context.inputs.map((input, i) => (input === undefined ? undefined : context.constant(i)));
    if (sum(constants.map((tensor) => tensor?.data.length ?? 0)) > MAX_FOLDED_INPUT) return undefined;
    const tensors = definition.fold(context, constants, types);
    if (tensors !== undefined) this.#folded += elements;
    return tensors;
  }

  #checkFeed(input: GraphInput, feed: Value | undefined): void {
    const fits =
      feed !== undefined &&
      feed.dims.length === input.dims.length &&
      input.dims.every((dim, axis) => dim === null || dim === feed.dims[axis]);
    if (fits) return;
    throw new ModelFormatError('the model input does not fit', {
      place: `input "${input.name}"`,
      expected: showDims(input.dims),
      got: feed === undefined ? 'nothing' : showDims(feed.dims),
    });
  }

  #define(name: string, type: TensorType): Value {
    const value = { name, dtype: type.dtype, dims: type.dims };
    this.#types.set(name, { dtype: type.dtype, dims: type.dims });
    return value;
  }

  #unique(name: string): string {
    let unique = name;
    while (unique === '' || this.#types.has(unique)) unique = `${name}~${String(this.#fresh++)}`;
    return unique;
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, value) => total + value, 0);
}
