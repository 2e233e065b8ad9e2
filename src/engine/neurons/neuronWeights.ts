/** @file Which slices of the stored weights make up a neuron: setting them to zero silences it. */
import type { Graph, Node } from '../graph/graph';
import { floats, type Tensor, type TensorType } from '../graph/tensor';

/** Neuron i owns slice i along `axis` of this initializer. */
export interface NeuronWeight {
  readonly initializer: string;
  readonly axis: number;
}

/** Layers whose outputs count as neurons. */
export const LINEAR: ReadonlySet<string> = new Set(['Conv', 'ConvTranspose', 'Gemm', 'MatMul']);

/** Operators with f(0) = 0 that keep every channel to itself. */
const KEEPS_ZERO = new Set([
  ...['Relu', 'LeakyRelu', 'PRelu', 'Elu', 'Selu', 'Celu', 'ThresholdedRelu', 'HardSwish', 'Tanh', 'Softsign'],
  ...['Gelu', 'Mish', 'Abs', 'Neg', 'Sign', 'Erf', 'Dropout', 'Identity'],
  ...['MaxPool', 'AveragePool', 'GlobalAveragePool', 'GlobalMaxPool'],
]);

/** `undefined`: cannot be silenced. */
type Slices = readonly NeuronWeight[] | undefined;

/** Finds the weights behind the neurons of one graph. `writable` names the initializers that can be written back. */
export class NeuronWeights {
  readonly #producers: ReadonlyMap<string, Node>;
  readonly #known = new Map<string, Slices>();

  constructor(
    private readonly graph: Graph,
    private readonly types: ReadonlyMap<string, TensorType>,
    private readonly writable: ReadonlySet<string>,
  ) {
    this.#producers = new Map(graph.nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
  }

  /** The initializer behind a value, seen through casts and transpositions, and which of its axes each axis was. */
  constant(name: string): { initializer: string; tensor: Tensor; axes: readonly number[] } | undefined {
    const tensor = this.graph.initializers.get(name);
    if (tensor !== undefined) return { initializer: name, tensor, axes: tensor.dims.map((_, axis) => axis) };
    const node = this.#producers.get(name);
    if (node === undefined || !['Identity', 'Cast', 'Transpose'].includes(node.op)) return undefined;
    const below = this.constant(node.inputs[0] ?? '');
    if (below === undefined || node.op !== 'Transpose') return below;
    const { perm } = node.attributes;
    const order = Array.isArray(perm) ? (perm as readonly number[]) : below.axes.map((_, axis) => axis).reverse();
    return { ...below, axes: order.map((axis) => below.axes[axis] ?? axis) };
  }

  /**
   * The weights that make channel i (along `axis`) of the value zero when their slices i are set to zero; `undefined`
   * where none do. Follows residual sums into both branches, so that the channel is silent in all of them.
   */
  silencing(value: string, axis: number): Slices {
    const key = `${axis} ${value}`;
    if (!this.#known.has(key)) this.#known.set(key, unique(this.#find(value, axis)));
    return this.#known.get(key);
  }

  /** The weights with which a dense layer reads element i of its input `[N, elements]`; `undefined` where they cannot be zeroed. */
  reading({ op, inputs, attributes }: Node): Slices {
    const name = inputs[1] ?? '';
    if (op === 'Gemm') return this.#slices(name, attributes['transB'] === 1 ? 1 : 0);
    return op === 'MatMul' && this.constant(name)?.tensor.dims.length === 2 ? this.#slices(name, 0) : undefined;
  }

  #find(value: string, axis: number): Slices {
    const node = this.#producers.get(value);
    if (node === undefined) return undefined;
    const [first = '', second = '', third = ''] = node.inputs;
    const below = (name: string): Slices => (this.#alike(name, value, axis) ? this.silencing(name, axis) : undefined);
    const bias = third === '' ? [] : this.#shift(third, 0);
    switch (node.op) {
      case 'Conv':
        return axis === 1 ? both(this.#slices(second, 0), bias) : undefined;
      case 'ConvTranspose':
        return axis === 1 && (node.attributes['group'] ?? 1) === 1 ? both(this.#slices(second, 1), bias) : undefined;
      case 'Gemm': {
        const addend = third === '' ? [] : this.#shift(third, -1);
        return axis === 1 ? both(this.#slices(second, node.attributes['transB'] === 1 ? 0 : 1), addend) : undefined;
      }
      case 'MatMul':
        return this.constant(second)?.tensor.dims.length === 2 ? this.#slices(second, 1) : undefined;
      case 'BatchNormalization':
        return axis === 1 ? this.#batchNormalization(node, below(first)) : undefined;
      case 'Clip':
        return this.#containsZero(node) ? below(first) : undefined;
      case 'Add':
      case 'Sub':
      case 'Sum': {
        const fromEnd = axis - (this.types.get(value)?.dims.length ?? 0);
        return node.inputs
          .map((name) => (this.constant(name) === undefined ? below(name) : this.#shift(name, fromEnd)))
          .reduce(both);
      }
      case 'Mul':
        // One factor of zero is enough; the gate of a squeeze-excite block has another shape.
        return node.inputs
          .filter((name) => this.constant(name) === undefined)
          .map(below)
          .find((slices) => slices !== undefined);
      case 'Div':
        return this.constant(second) === undefined ? undefined : below(first);
      default:
        return KEEPS_ZERO.has(node.op) ? below(first) : undefined;
    }
  }

  /** (x − mean) / deviation · scale + shift. */
  #batchNormalization({ inputs }: Node, below: Slices): Slices {
    const [input = '', scale = '', shift = '', mean = ''] = inputs;
    const own = both(this.#slices(scale, 0), this.#shift(shift, 0));
    // Without its normalisation a filter is of no use; a zero there shows what was done, in every framework.
    if (own !== undefined) return LINEAR.has(this.#producers.get(input)?.op ?? '') ? [...own, ...(below ?? [])] : own;
    return both(below, both(this.#shift(shift, 0), this.#shift(mean, 0)));
  }

  /** What is added: slices that can be zeroed, or nothing but zeros. */
  #shift(name: string, axis: number): Slices {
    const slices = this.#slices(name, axis);
    const tensor = this.constant(name)?.tensor;
    if (slices !== undefined || tensor?.dtype !== 'float32') return slices;
    return floats(tensor).every((number) => number === 0) ? [] : undefined;
  }

  /** `axis` counts from the end where it is negative. */
  #slices(name: string, axis: number): Slices {
    const constant = this.constant(name);
    if (constant === undefined || !this.writable.has(constant.initializer)) return undefined;
    const { initializer, tensor, axes } = constant;
    const at = axes[axis < 0 ? axis + axes.length : axis];
    // A dimension of 1 is shared by all neurons.
    return at === undefined || (tensor.dims[at] ?? 1) === 1 ? undefined : [{ initializer, axis: at }];
  }

  #containsZero({ inputs: [, low = '', high = ''] }: Node): boolean {
    const bound = (name: string, open: number): number => {
      const tensor = this.constant(name)?.tensor;
      if (name === '') return open;
      return tensor?.dtype === 'float32' ? (floats(tensor)[0] ?? NaN) : NaN;
    };
    return bound(low, -Infinity) <= 0 && bound(high, Infinity) >= 0;
  }

  /** Whether both values have the same number of channels, so that channel i is channel i. */
  #alike(a: string, b: string, axis: number): boolean {
    const [left, right] = [this.types.get(a)?.dims, this.types.get(b)?.dims];
    return left !== undefined && left.length === right?.length && left[axis] === right[axis];
  }
}

function both(a: Slices, b: Slices): Slices {
  return a === undefined || b === undefined ? undefined : [...a, ...b];
}

function unique(slices: Slices): Slices {
  return slices === undefined
    ? undefined
    : [...new Map(slices.map((slice) => [`${slice.axis} ${slice.initializer}`, slice])).values()];
}
