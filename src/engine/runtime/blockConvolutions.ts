/**
 * @file ONNX Runtime's fast CPU convolutions work on channels in blocks (layout NCHWc). It converts convolutions with
 * constant weights by itself; in training the weights are inputs, and this file does the same for those. The operators
 * of the domain `com.microsoft.nchwc` are what its own optimizer writes into saved models.
 */
import type { Attributes, Graph, Node, TypedGraph } from '../graph/graph';
import { float32, floats, int64, sameDims, sizeOf, toNumbers, type Tensor } from '../graph/tensor';

const DOMAIN = 'com.microsoft.nchwc';

/** Operators that work element by element, whatever the order of the elements. */
const ELEMENTWISE = new Set(['Relu', 'HardSigmoid', 'Sigmoid', 'Tanh', 'Add', 'Sub', 'Mul', 'Div']);

/** The same function, computed in blocks of `block` channels around convolutions whose weights are not constant. */
export function blockConvolutions(graph: TypedGraph, block: number): Graph {
  const rewriter = new Rewriter(graph, block);
  if (!graph.nodes.some((node) => node.op === 'Conv' && rewriter.isBlockable(node) && !rewriter.isFrozen(node))) {
    return graph;
  }
  for (const node of graph.nodes) rewriter.add(node);
  return rewriter.finish();
}

class Rewriter {
  readonly #nodes: Node[] = [];
  readonly #initializers: Map<string, Tensor>;
  /** The blocked twin of a value, by its name. */
  readonly #blocked = new Map<string, string>();
  readonly #plain: Set<string>;
  readonly #readers = new Map<string, number>();
  readonly #producers = new Map<string, Node>();

  constructor(
    private readonly graph: TypedGraph,
    private readonly block: number,
  ) {
    this.#initializers = new Map(graph.initializers);
    this.#plain = new Set([...graph.inputs.map(({ name }) => name), ...graph.initializers.keys()]);
    for (const node of graph.nodes) {
      for (const name of node.inputs) this.#readers.set(name, (this.#readers.get(name) ?? 0) + 1);
      for (const name of node.outputs) this.#producers.set(name, node);
    }
  }

  isFrozen(node: Node): boolean {
    return this.graph.initializers.has(node.inputs[1] ?? '');
  }

  /** Whether ONNX Runtime has a blocked kernel for this convolution. */
  isBlockable(node: Node): boolean {
    const [outputs = 0, inputs = 0, ...kernel] = this.#dims(node.inputs[1]);
    const group = Number(node.attributes.group ?? 1);
    if (kernel.length !== 2 || outputs % this.block !== 0) return false;
    if (group === 1) return inputs < this.block || inputs % this.block === 0;
    if (isDepthwise(group, outputs, inputs)) return true;
    return inputs % this.block === 0 && (outputs / group) % this.block === 0;
  }

  add(node: Node): void {
    const [input = '', second = ''] = node.inputs;
    const [output = ''] = node.outputs;
    if (node.op === 'Conv' && this.isBlockable(node) && (!this.isFrozen(node) || this.#blocked.has(input))) {
      this.#addConvolution(node);
    } else if ((node.op === 'MaxPool' || node.op === 'AveragePool') && this.#blocked.has(input)) {
      this.#emitBlocked(`${DOMAIN}.${node.op}`, node, [this.#blockedName(input)], node.attributes);
    } else if (node.op === 'Resize' && this.#blocked.has(input) && this.#factors(node) !== undefined) {
      const scales = this.#factors(node) ?? [];
      this.#emitBlocked(`${DOMAIN}.Upsample`, node, [this.#blockedName(input)], { scales });
    } else if (ELEMENTWISE.has(node.op) && this.#worthBlocking(node)) {
      this.#addElementwise(node);
    } else if (node.op === 'ReduceSum' && this.#blocked.has(input) && this.#sumsToChannels(node)) {
      this.#addChannelSum(node);
    } else {
      for (const name of node.inputs) this.#needPlain(name);
      this.#nodes.push(node);
      for (const name of node.outputs) this.#plain.add(name);
    }
    void second;
    void output;
  }

  /** The rewritten graph without what nothing reads. */
  finish(): Graph {
    for (const name of this.graph.outputs) this.#needPlain(name);
    const needed = new Set(this.graph.outputs);
    const nodes = this.#nodes.reverse().filter((node) => {
      const used = node.outputs.some((name) => needed.has(name));
      if (used) for (const name of node.inputs) needed.add(name);
      return used;
    });
    return {
      inputs: this.graph.inputs,
      outputs: this.graph.outputs,
      nodes: nodes.reverse(),
      initializers: new Map([...this.#initializers].filter(([name]) => needed.has(name))),
    };
  }

  #addConvolution(node: Node): void {
    const [input = '', weights = '', bias = ''] = node.inputs;
    const { kernel_shape: _, ...attributes } = node.attributes;
    const [, inputs = 1, ...kernel] = this.#dims(weights);
    const group = Number(attributes.group ?? 1);
    const direct = group === 1 && inputs < this.block;
    if (direct || bias !== '') for (const name of direct ? [input, bias] : [bias]) this.#needPlain(name);
    const image = direct ? input : this.#needBlocked(input);
    this.#emitBlocked(`${DOMAIN}.Conv`, node, [image, this.#blockWeights(node), ...(bias === '' ? [] : [bias])], {
      ...attributes,
      kernel_shape: kernel,
    });
  }

  /** Weights with their output channels, and unless there are few the input channels too, in blocks innermost. */
  #blockWeights(node: Node): string {
    const [, weights = ''] = node.inputs;
    const [outputs = 1, inputs = 1, height = 1, width = 1] = this.#dims(weights);
    const size = this.block;
    const known = this.graph.initializers.get(weights);
    if (known !== undefined && inputs === 1) return this.#initializer(blockDepthwise(known, size));
    const source = this.#producers.get(weights);
    const [original = ''] = source?.inputs ?? [];
    const swapped = source?.op === 'Transpose' && sameDims([1, 0, 2, 3], numbers(source.attributes.perm));
    if (swapped && inputs % size === 0) {
      // The channels of the untransposed tensor are blocked already, or quickly so; only the images remain to be.
      const shape = [inputs / size, size, outputs / size, height, width, size];
      return this.#rearrange(this.#needBlocked(original), shape, [2, 0, 3, 4, 1, 5], [outputs, inputs, height, width]);
    }
    this.#needPlain(weights);
    const dims = [outputs, inputs, height, width];
    return inputs % size === 0
      ? this.#rearrange(
          weights,
          [outputs / size, size, inputs / size, size, height, width],
          [0, 2, 4, 5, 3, 1],
          dims,
        )
      : this.#rearrange(weights, [outputs / size, size, inputs, height, width], [0, 2, 3, 4, 1], dims);
  }

  #rearrange(value: string, shape: readonly number[], perm: readonly number[], dims: readonly number[]): string {
    const apart = this.#emit('Reshape', [value, this.#initializer(int64([shape.length], shape))]);
    const moved = this.#emit('Transpose', [apart], { perm });
    return this.#emit('Reshape', [moved, this.#initializer(int64([dims.length], dims))]);
  }

  #addElementwise(node: Node): void {
    const inputs = node.inputs.map((name) => this.#needBlocked(name));
    const [input = ''] = inputs;
    const producer = this.#nodes.findLast((candidate) => candidate.outputs.includes(input));
    // As ONNX Runtime does: the activation of a convolution that nothing else reads costs nothing.
    if (node.op === 'Relu' && producer?.op === `${DOMAIN}.Conv` && this.#readers.get(node.inputs[0] ?? '') === 1) {
      const [output = ''] = node.outputs;
      this.#nodes[this.#nodes.indexOf(producer)] = {
        ...producer,
        attributes: { ...producer.attributes, activation: 'Relu' },
      };
      this.#blocked.set(output, input);
      return;
    }
    this.#emitBlocked(node.op, node, inputs, node.attributes);
  }

  /** Whether the inputs have one shape with whole blocks, and at least one is blocked already. */
  #worthBlocking(node: Node): boolean {
    const dims = this.#dims(node.inputs[0]);
    return (
      dims.length === 4 &&
      (dims[1] ?? 0) % this.block === 0 &&
      node.inputs.every((name) => name !== '' && sameDims(this.#dims(name), dims)) &&
      node.inputs.some((name) => this.#blocked.has(name))
    );
  }

  /** `[1, 1, f, g]` of a Resize that repeats every element f·g times. */
  #factors(node: Node): number[] | undefined {
    const scales = this.graph.initializers.get(node.inputs[2] ?? '');
    const { mode, coordinate_transformation_mode: coordinates, nearest_mode: rounding } = node.attributes;
    const repeats = mode === 'nearest' && coordinates === 'asymmetric' && rounding === 'floor';
    const factors = scales === undefined ? [] : toNumbers(scales);
    return repeats && factors.length === 4 && factors.every((factor) => Number.isInteger(factor) && factor >= 1)
      ? factors
      : undefined;
  }

  #sumsToChannels(node: Node): boolean {
    const axes = this.graph.initializers.get(node.inputs[1] ?? '');
    return axes !== undefined && sameDims(toNumbers(axes), [0, 2, 3]) && node.attributes.keepdims === 0;
  }

  #addChannelSum(node: Node): void {
    const [input = ''] = node.inputs;
    const [n = 1, channels = 1, height = 1, width = 1] = this.#dims(input);
    const shape = [n, channels / this.block, height * width, this.block];
    const apart = this.#emit('Reshape', [this.#blockedName(input), this.#initializer(int64([4], shape))]);
    const sums = this.#emit('ReduceSum', [apart, this.#initializer(int64([2], [0, 2]))], { keepdims: 0 });
    this.#nodes.push({
      op: 'Reshape',
      name: node.name,
      inputs: [sums, this.#initializer(int64([1], [channels]))],
      outputs: node.outputs,
      attributes: {},
    });
    for (const name of node.outputs) this.#plain.add(name);
  }

  #needBlocked(name: string): string {
    const known = this.#blocked.get(name);
    if (known !== undefined) return known;
    this.#needPlain(name);
    const blocked = this.#emit(`${DOMAIN}.ReorderInput`, [name]);
    this.#blocked.set(name, blocked);
    return blocked;
  }

  #needPlain(name: string): void {
    const blocked = this.#blocked.get(name);
    if (name === '' || this.#plain.has(name) || blocked === undefined) return;
    const channels = this.#dims(name)[1] ?? 1;
    this.#nodes.push({
      op: `${DOMAIN}.ReorderOutput`,
      name: `${name}:plain`,
      inputs: [blocked],
      outputs: [name],
      attributes: { channels },
    });
    this.#plain.add(name);
  }

  #blockedName(name: string): string {
    return this.#blocked.get(name) ?? name;
  }

  #emitBlocked(op: string, node: Node, inputs: readonly string[], attributes: Attributes): void {
    const [output = ''] = node.outputs;
    const blocked = `${output}:blocked`;
    this.#nodes.push({ op, name: node.name, inputs, outputs: [blocked], attributes });
    this.#blocked.set(output, blocked);
  }

  #emit(op: string, inputs: readonly string[], attributes: Attributes = {}): string {
    const name = `blocked:${String(this.#nodes.length)}:${op}`;
    this.#nodes.push({ op, name, inputs, outputs: [name], attributes });
    return name;
  }

  #initializer(tensor: Tensor): string {
    const name = `blocked:constant:${String(this.#initializers.size)}`;
    this.#initializers.set(name, tensor);
    this.#plain.add(name);
    return name;
  }

  #dims(name = ''): readonly number[] {
    return this.graph.types.get(name)?.dims ?? [];
  }
}

function isDepthwise(group: number, outputs: number, inputs: number): boolean {
  return inputs === 1 && outputs === group;
}

/** `[C, 1, H, W]` to `[C/block, 1, H, W, block]`, under the old dims. */
function blockDepthwise(weights: Tensor, block: number): Tensor {
  const [, , ...kernel] = weights.dims;
  const size = sizeOf(kernel);
  const source = floats(weights);
  const data = source.map((_, to) => {
    const [tile, rest] = [Math.floor(to / (size * block)), to % (size * block)];
    return source[(tile * block + (rest % block)) * size + Math.floor(rest / block)] ?? 0;
  });
  return float32(weights.dims, data);
}

function numbers(attribute: Attributes[string] | undefined): number[] {
  return Array.isArray(attribute) ? attribute.map(Number) : [];
}
