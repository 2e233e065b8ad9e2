/** @file Writes the layers of a PyTorch network as a graph; every layer is named as in the state dictionary, and its weights are found by that name. */
import { ModelFormatError } from '../../support/errors';
import type { Attributes, Graph, Node } from '../../graph/graph';
import { float32, int64, scalar, sizeOf, type Tensor } from '../../graph/tensor';
import { readStored, type StoredTensor } from './storedTensor';

export interface ConvolutionOptions {
  readonly stride?: number;
  readonly padding?: number;
  readonly groups?: number;
}

/** What a family has written. */
export interface Written {
  /** Name of the value. */
  readonly logits: string;
  /** Channels of the images. */
  readonly channels: number;
  /** Of the images, where the network takes one size only. */
  readonly side?: number;
  /** The usual one, where it takes any. */
  readonly usualSide?: number;
}

/** PyTorch's default. */
const NORM_EPSILON = 1e-5;

/** Values are names; images and maps are NCHW. */
export class NetworkWriter {
  readonly #nodes: Node[] = [];
  readonly #initializers = new Map<string, Tensor>();

  constructor(private readonly weights: ReadonlyMap<string, StoredTensor>) {}

  has(name: string): boolean {
    return this.weights.has(name);
  }

  /** Shape of a weight; throws {@link ModelFormatError} where the file does not have it. */
  dims(name: string): readonly number[] {
    return this.#stored(name).dims;
  }

  /** Numbers of the layers `PREFIX0…`, `PREFIX1…` that have weights, ascending. */
  numbers(prefix: string): number[] {
    const found = new Set<number>();
    for (const name of this.weights.keys()) {
      const digits = name.startsWith(prefix) ? /^\d+/.exec(name.slice(prefix.length))?.[0] : undefined;
      if (digits !== undefined) found.add(Number(digits));
    }
    return [...found].sort((a, b) => a - b);
  }

  /** The weight as a value of the graph. */
  weight(name: string): string {
    if (!this.#initializers.has(name)) {
      const stored = this.#stored(name);
      this.#initializers.set(name, float32(stored.dims, readStored(stored, name)));
    }
    return name;
  }

  op(op: string, name: string, inputs: readonly string[], attributes: Attributes = {}): string {
    const output = `${name}:${op}`;
    this.#nodes.push({ op, name, inputs, outputs: [output], attributes });
    return output;
  }

  ints(name: string, values: readonly number[]): string {
    this.#initializers.set(name, int64([values.length], values));
    return name;
  }

  scalar(name: string, value: number): string {
    this.#initializers.set(name, scalar(value));
    return name;
  }

  conv(x: string, name: string, { stride = 1, padding = 0, groups = 1 }: ConvolutionOptions = {}): string {
    const [, , height = 1, width = 1] = this.dims(`${name}.weight`);
    return this.op('Conv', name, [x, this.weight(`${name}.weight`), ...this.#bias(name)], {
      kernel_shape: [height, width],
      strides: [stride, stride],
      pads: [padding, padding, padding, padding],
      group: groups,
    });
  }

  batchNorm(x: string, name: string, epsilon = NORM_EPSILON): string {
    const parts = ['weight', 'bias', 'running_mean', 'running_var'].map((part) => this.weight(`${name}.${part}`));
    return this.op('BatchNormalization', name, [x, ...parts], { epsilon });
  }

  layerNorm(x: string, name: string, epsilon: number): string {
    const parts = [this.weight(`${name}.weight`), this.weight(`${name}.bias`)];
    return this.op('LayerNormalization', name, [x, ...parts], { axis: -1, epsilon });
  }

  /** Of `[N, C]`. */
  linear(x: string, name: string): string {
    return this.op('Gemm', name, [x, this.weight(`${name}.weight`), ...this.#bias(name)], { transB: 1 });
  }

  /** Of the last axis, however many there are before it. */
  linearOfTokens(x: string, name: string, weight = `${name}.weight`, bias = `${name}.bias`): string {
    const transposed = this.op('Transpose', `${name}.transposed`, [this.weight(weight)], { perm: [1, 0] });
    return this.op('Add', name, [this.op('MatMul', name, [x, transposed]), this.weight(bias)]);
  }

  relu(x: string, name: string): string {
    return this.op('Relu', name, [x]);
  }

  relu6(x: string, name: string): string {
    return this.op('Clip', name, [x, this.scalar(`${name}.least`, 0), this.scalar(`${name}.most`, 6)]);
  }

  maxPool(x: string, name: string, kernel: number, stride: number, padding = 0, ceil = false): string {
    return this.op('MaxPool', name, [x], {
      ...{ kernel_shape: [kernel, kernel], strides: [stride, stride], pads: [padding, padding, padding, padding] },
      ...(ceil && { ceil_mode: 1 }),
    });
  }

  averagePool(x: string, name: string, kernel: number): string {
    return this.op('AveragePool', name, [x], { kernel_shape: [kernel, kernel], strides: [kernel, kernel] });
  }

  globalAverage(x: string, name: string): string {
    return this.op('Flatten', name, [this.op('GlobalAveragePool', name, [x])]);
  }

  finish({ logits, channels, side, usualSide }: Written): Graph {
    const dims = [null, channels, side ?? null, side ?? null];
    return {
      inputs: [{ name: INPUT, dtype: 'float32', dims, ...(usualSide !== undefined && { usualSide }) }],
      ...{ outputs: [logits], nodes: this.#nodes, initializers: this.#initializers },
    };
  }

  /** Weights of the file that no layer has asked for. */
  unused(): string[] {
    return [...this.weights].flatMap(([name, { dims }]) =>
      this.#initializers.has(name) || sizeOf(dims) === 0 ? [] : [name],
    );
  }

  #bias(name: string): string[] {
    return this.has(`${name}.bias`) ? [this.weight(`${name}.bias`)] : [];
  }

  #stored(name: string): StoredTensor {
    const stored = this.weights.get(name);
    if (stored === undefined) throw new ModelFormatError('a weight is missing', { expected: `the weight "${name}"` });
    return stored;
  }
}

/** Name of the graph's input. */
export const INPUT = 'image';
