/** @file What the converter of an operator works with: the node's attributes and inputs, and ways to add nodes of ours. */
import { ModelFormatError, UnsupportedModelError } from '../../support/errors';
import type { Attributes } from '../../graph/graph';
import { float32, int64, toNumbers } from '../../graph/tensor';
import type { GraphWriter } from '../graphWriter';
import { KERAS_AXES, NCHW_AXES } from '../keras/kerasTensor';
import type { WeightLayout } from '../keras/weights/layerWeights';
import type { ConstantUses } from './constantUses';
import { layerName, type TfConstant, type TfNode } from './graphDef';
import type { KnownValues } from './knownValues';

/** A value as TensorFlow sees it; `nchw`: our graph keeps the channels-last value of rank 4 as `[N, C, H, W]`. */
export interface TfValue {
  readonly value: string;
  /** `undefined` where it cannot be told. */
  readonly rank: number | undefined;
  readonly order: 'tf' | 'nchw';
  /** Between SpaceToBatchND and BatchToSpaceND: the dilation and padding that the convolution in between has to have instead. */
  readonly spread?: { readonly block: readonly number[]; readonly pads: readonly number[] };
}

/** What a node reads: a value of the graph, or a constant, which gets its layout from its use. */
export type Operand = TfValue | { readonly name: string; readonly constant: TfConstant };

/** Whether it is images that our graph keeps as `[N, C, H, W]`. */
export function isImages(operand: Operand): boolean {
  return 'order' in operand && operand.order === 'nchw';
}

/** Adds the nodes of one operator and returns its outputs. */
export type OperatorConverter = (node: NodeConverter) => Operand | readonly Operand[];

export type OperatorFamily = Readonly<Record<string, OperatorConverter>>;

export class NodeConverter {
  /** For messages and our nodes. */
  readonly name: string;

  constructor(
    readonly node: TfNode,
    readonly operands: readonly Operand[],
    private readonly graph: GraphWriter,
    private readonly constants: ConstantUses,
    private readonly computed: KnownValues,
  ) {
    this.name = layerName(node.name);
  }

  number(name: string, fallback: number): number {
    const value = this.node.attributes.get(name);
    return typeof value === 'number' ? value : fallback;
  }

  /** `fallback` is TensorFlow's own default, which files leave out. */
  flag(name: string, fallback = false): boolean {
    const value = this.node.attributes.get(name);
    return typeof value === 'boolean' ? value : fallback;
  }

  text(name: string, fallback: string): string {
    const value = this.node.attributes.get(name);
    return typeof value === 'string' ? value : fallback;
  }

  texts(name: string): readonly string[] {
    const value = this.node.attributes.get(name);
    return Array.isArray(value) ? value.map(String) : [];
  }

  numbers(name: string): readonly number[] {
    const value = this.node.attributes.get(name);
    return Array.isArray(value) ? value.map(Number) : [];
  }

  operand(i: number): Operand {
    const operand = this.operands[i];
    if (operand === undefined) throw this.error('the node is called wrongly', `input ${i}`, `${this.operands.length}`);
    return operand;
  }

  /** The constant behind an input, if it is one. */
  constant(i: number): TfConstant | undefined {
    const operand = this.operand(i);
    return 'constant' in operand ? operand.constant : undefined;
  }

  /** The whole numbers of an input that must not depend on the images: a shape, axes, pads. */
  known(i: number, what: string): number[] {
    const constant = this.constant(i);
    if (constant?.dtype === 'float32') throw this.error('the node is called wrongly', 'whole numbers', 'others');
    if (constant !== undefined) return toNumbers(constant.read());
    const numbers = this.computed.of(this.tf(i).value);
    if (numbers === undefined) throw this.unsupported(`${what} that the network computes`);
    return numbers;
  }

  /** An input in whichever order it is there. */
  value(i: number): TfValue {
    const operand = this.operand(i);
    if (!('constant' in operand)) return operand;
    const { name, constant } = operand;
    return { value: this.constants.use(name, constant), rank: constant.dims.length, order: 'tf' };
  }

  /** An input with its axes as TensorFlow has them. */
  tf(i: number): TfValue {
    return this.asTf(this.value(i));
  }

  asTf(x: TfValue): TfValue {
    return x.order === 'tf' ? x : { ...x, value: this.graph.transposed(x.value, NCHW_AXES), order: 'tf' };
  }

  /** An input of channels-last images as `[N, C, H, W]`. */
  nchw(i: number): TfValue {
    const operand = this.operand(i);
    if ('constant' in operand && operand.constant.dims.length === 4) {
      const { name, constant } = operand;
      return { value: this.constants.use(name, constant, { perm: KERAS_AXES }), rank: 4, order: 'nchw' };
    }
    const x = this.value(i);
    if (x.order === 'nchw') return x;
    if (x.rank !== undefined && x.rank !== 4)
      throw this.error('the node does not fit its input', 'rank 4', `${x.rank}`);
    return { value: this.graph.transposed(x.value, KERAS_AXES), rank: 4, order: 'nchw' };
  }

  /** A weight that has to be constant, in the layout that our operator wants. */
  weight(i: number, layoutOf: (dims: readonly number[]) => WeightLayout = () => ({})): string {
    const operand = this.operand(i);
    if (!('constant' in operand)) throw this.unsupported('a weight that the network computes');
    return this.constants.use(operand.name, operand.constant, layoutOf(operand.constant.dims));
  }

  /** Adds a node called after this one, with `part` behind for a step inside it. */
  op(op: string, inputs: readonly string[], attributes: Attributes = {}, part = ''): string {
    return this.graph.node(op, part === '' ? this.name : `${this.name}/${part}`, inputs, attributes);
  }

  /** Adds a node with several outputs. */
  ops(op: string, inputs: readonly string[], attributes: Attributes, outputs: number): string[] {
    return this.graph.nodeOf(op, this.name, inputs, attributes, outputs);
  }

  /** Applies an operator element by element; rank and order stay. */
  map(x: TfValue, op: string, attributes: Attributes = {}, more: readonly string[] = []): TfValue {
    return { ...x, value: this.op(op, [x.value, ...more], attributes) };
  }

  scalar(value: number): string {
    return this.graph.constant(`${this.name}/constant`, float32([], [value]));
  }

  ints(values: readonly number[]): string {
    return this.graph.constant(`${this.name}/integers`, int64([values.length], values));
  }

  error(summary: string, expected: string, got: string): ModelFormatError {
    return new ModelFormatError(summary, { place: this.#place, expected, got });
  }

  unsupported(what: string): UnsupportedModelError {
    return new UnsupportedModelError(`${what} is not supported`, { place: this.#place });
  }

  get #place(): string {
    return `${this.node.op} "${this.name}"`;
  }
}
