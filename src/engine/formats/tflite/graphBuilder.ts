/** @file Writes a TensorFlow Lite graph down as one of TensorFlow's operators, which have more than one node for some of them. */
import { UnsupportedModelError } from '../../support/errors';
import { int64, scalar, type Tensor } from '../../graph/tensor';
import type { WeightLayout } from '../keras/weights/layerWeights';
import type { TfAttribute, TfConstant, TfNode } from '../tensorflow/graphDef';
import { constantOf } from './constants';
import type { TfliteContents, TfliteOperator, TfliteTensor } from './contents';

export class GraphBuilder {
  readonly nodes: TfNode[] = [];
  readonly constants = new Map<string, TfConstant>();
  /** The tensor behind the key of each constant, and how it was turned. */
  readonly stored = new Map<string, { readonly tensor: TfliteTensor; readonly layout: WeightLayout }>();
  readonly #values = new Map<number, string>();
  /** Constants under the numbers of other tensors. */
  readonly #constants = new Map<number, number>();
  readonly #names = new Set<string>();

  constructor(
    private readonly bytes: Uint8Array,
    private readonly contents: TfliteContents,
  ) {}

  tensor(index: number): TfliteTensor | undefined {
    return this.contents.tensors[index];
  }

  /** The value of a tensor, constant or computed. */
  value(index: number, layout: WeightLayout = {}): string {
    const known = this.#values.get(index);
    if (known !== undefined) return known;
    const tensor = this.tensor(this.#constants.get(index) ?? index);
    const key = `${index} ${JSON.stringify(layout)}`;
    if (this.constants.has(key)) return key;
    const constant = tensor && constantOf(this.bytes, tensor, key, layout);
    if (tensor === undefined || constant === undefined) return `"${tensor?.name ?? String(index)}"`;
    this.stored.set(key, { tensor, layout });
    this.#constant(key, constant, layerOf(tensor) ?? key);
    return key;
  }

  ints(values: readonly number[]): string {
    return this.#own(int64([values.length], values));
  }

  int(value: number): string {
    return this.#own(int64([], [value]));
  }

  scalar(value: number): string {
    return this.#own(scalar(value));
  }

  /** Adds a node and returns its name; `of` is the tensor that it is called after. */
  node(
    op: string,
    of: number,
    inputs: readonly string[],
    attributes: Readonly<Record<string, TfAttribute>> = {},
  ): string {
    const name = this.#unique(layerOf(this.tensor(of)) ?? op);
    this.nodes.push({ name, op, inputs, attributes: new Map(Object.entries(attributes)) });
    return name;
  }

  /** Says which value a tensor is. */
  define(index: number | undefined, value: string): void {
    if (index !== undefined) this.#values.set(index, value);
  }

  /** Says that a tensor is a constant that the file keeps in another one; whether it is one. */
  alias(index: number, constant: number): boolean {
    if (this.tensor(constant)?.data === undefined) return false;
    this.#constants.set(index, constant);
    return true;
  }

  unsupported({ op, outputs }: TfliteOperator, what: string): UnsupportedModelError {
    const place = layerOf(this.tensor(outputs[0] ?? -1)) ?? op;
    return new UnsupportedModelError(`${what} is not supported`, { place: `${op} "${place}"` });
  }

  #own(tensor: Tensor): string {
    const name = `constant#${this.constants.size}`;
    const { dims } = tensor;
    this.#constant(name, { dims, dtype: tensor.dtype === 'float32' ? 'float32' : 'int64', read: () => tensor }, name);
    return name;
  }

  #constant(name: string, constant: TfConstant, label: string): void {
    this.constants.set(name, { ...constant, label });
    this.nodes.push({ name, op: 'Const', inputs: [], attributes: new Map() });
  }

  #unique(name: string): string {
    let unique = name;
    for (let i = 1; this.#names.has(unique); i++) unique = `${name}#${i}`;
    this.#names.add(unique);
    return unique;
  }
}

/** Converters name a tensor after all the nodes that were fused into it. */
function layerOf(tensor: TfliteTensor | undefined): string | undefined {
  const first = (tensor?.name ?? '').split(';')[0]?.replace(/:\d+$/, '');
  return first === '' ? undefined : first;
}
