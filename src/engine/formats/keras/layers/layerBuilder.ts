/** @file What a layer converter works with: its settings, its inputs, and ways to add nodes and ask for weights. */
import { ModelFormatError, UnsupportedModelError } from '../../../support/errors';
import type { Attributes, Dim } from '../../../graph/graph';
import { float32, int64, scalar, showDims } from '../../../graph/tensor';
import type { LayerConfig } from '../config';
import type { GraphWriter } from '../../graphWriter';
import { KERAS_AXES, product, type KerasTensor } from '../kerasTensor';
import type { Constant } from '../layerCalls';
import type { LayerInstance, WeightLayout } from '../weights/layerWeights';

/** Turns one call of a layer into nodes and returns its output. */
export type LayerConverter = (layer: LayerBuilder) => KerasTensor;

/** One file per layer family exports one of these: class name → converter. */
export type LayerFamily = Readonly<Record<string, LayerConverter>>;

/** What holds for the whole model. */
export interface ModelTraits {
  /** Major version of Keras that wrote the file; some functions changed their meaning. */
  readonly major: number;
  /** TensorFlow before 2.0 without tf.keras, and TensorFlow.js, sample bilinear images from the pixel corners. */
  readonly cornerPixels: boolean;
  /** Trained with Theano, whose convolution is the mathematical one, with flipped kernels, and pads evenly. */
  readonly theano: boolean;
  /** How images are kept: `keras` in a channels-first model, where Keras's own order is NCHW already. */
  readonly imageOrder: KerasTensor['order'];
  /** Tells the user something about a layer. */
  note(place: string, message: string): void;
}

/** An image batch as `[N, C, H, W]`. */
export interface Images {
  readonly value: string;
  readonly channels: number;
  readonly height: Dim;
  readonly width: Dim;
}

export class LayerBuilder {
  readonly config: LayerConfig;
  readonly path: string;

  constructor(
    readonly traits: ModelTraits,
    readonly graph: GraphWriter,
    readonly instance: LayerInstance,
    /** Positional arguments of this call. */
    readonly args: readonly (KerasTensor | Constant)[],
    readonly named: ReadonlyMap<string, KerasTensor | Constant>,
  ) {
    this.config = instance.spec.config;
    this.path = instance.spec.path;
  }

  /** All tensor arguments, positional ones first. */
  get inputs(): KerasTensor[] {
    return [...this.args, ...this.named.values()].filter((item) => 'value' in item);
  }

  /** The only tensor argument. */
  get input(): KerasTensor {
    const [input, ...others] = this.inputs;
    if (input === undefined || others.length > 0) {
      throw this.error('the layer is called wrongly', 'one input', `${this.inputs.length}`);
    }
    return input;
  }

  /** Adds a node called after the layer, with `part` behind for a step inside it. */
  op(op: string, inputs: readonly string[], attributes: Attributes = {}, part = ''): string {
    return this.graph.node(op, this.#name(part), inputs, attributes);
  }

  /** Applies an operator element by element; shape and order stay. */
  map(tensor: KerasTensor, op: string, attributes: Attributes = {}, part = '', ...more: string[]): KerasTensor {
    return { ...tensor, value: this.op(op, [tensor.value, ...more], attributes, part) };
  }

  scalar(value: number): string {
    return this.graph.constant(this.#name('constant'), scalar(value));
  }

  /** A constant list of integers, for shapes, axes and pads. */
  ints(values: readonly number[]): string {
    return this.graph.constant(this.#name('integers'), int64([values.length], values));
  }

  floats(dims: readonly number[], values: readonly number[] | Float32Array, part = 'constant'): string {
    return this.graph.constant(this.#name(part), float32(dims, values));
  }

  /**
   * The layer's weight of that name, of shape `dims` in the file; asked for once per layer, in the order in which
   * Keras creates it. Returns its name in the graph.
   */
  weight(
    name: string,
    dims: readonly number[],
    options: { layout?: WeightLayout; trainable?: boolean; owner?: string } = {},
  ): string {
    const { layout = {}, trainable = true, owner = '' } = options;
    const known = this.instance.weights.get(name);
    if (known?.initializer === undefined) {
      const initializer = this.graph.unique(this.#name(name));
      this.instance.weights.set(name, { layer: this.instance, name, dims, layout, trainable, owner, initializer });
      return initializer;
    }
    if (known.dims.join() !== dims.join()) {
      throw this.error('a shared layer is used on inputs of different shapes', showDims(known.dims), showDims(dims));
    }
    return known.initializer;
  }

  /** Announces a weight that stands in the file but takes no part in inference. */
  unusedWeight(name: string, dims: readonly number[]): void {
    if (this.instance.weights.has(name)) return;
    const kind = { layout: {}, trainable: false, owner: '', initializer: undefined };
    this.instance.weights.set(name, { layer: this.instance, name, dims, ...kind });
  }

  /** The value in Keras's own axis order. */
  keras(tensor: KerasTensor): KerasTensor {
    if (tensor.order === 'keras') return tensor;
    return { ...tensor, value: this.graph.transposed(tensor.value, [0, 2, 3, 1]), order: 'keras' };
  }

  /** A channels-last image batch with the graph's value as `[N, C, H, W]`. */
  nchw(tensor: KerasTensor): KerasTensor {
    if (tensor.order === 'nchw') return tensor;
    this.#mustHaveRank(tensor, 4);
    return { ...tensor, value: this.graph.transposed(tensor.value, [0, 3, 1, 2]), order: 'nchw' };
  }

  /** The order in which this model keeps values of the tensor's rank. */
  usual(tensor: KerasTensor): KerasTensor {
    return tensor.dims.length === 4 && this.traits.imageOrder === 'nchw' ? this.nchw(tensor) : this.keras(tensor);
  }

  /** Keras 1 leaves the setting out in some layers; there the model decides. */
  get channelsFirst(): boolean {
    const usual = this.traits.imageOrder === 'keras' ? 'channels_first' : 'channels_last';
    return this.config.string('data_format', usual) === 'channels_first';
  }

  /** The input as `[N, C, H, W]`, whichever way round the layer takes it. */
  images(tensor: KerasTensor = this.input): Images {
    this.#mustHaveRank(tensor, 4);
    const { value, dims } = this.channelsFirst ? this.keras(tensor) : this.nchw(tensor);
    const [, c, h, w] = this.channelsFirst ? dims : KERAS_AXES.map((axis) => dims[axis] ?? null);
    return { value, channels: this.known(c ?? null, 'channels'), height: h ?? null, width: w ?? null };
  }

  /** A result `[N, C, H, W]` as the layer gives it back. */
  fromImages({ value, channels, height, width }: Images): KerasTensor {
    return this.channelsFirst
      ? { value, dims: [null, channels, height, width], order: 'keras' }
      : { value, dims: [null, height, width, channels], order: 'nchw' };
  }

  /** Axis in `[0, rank)`; negative counts from the end. */
  axis(axis: number, rank: number): number {
    const normalized = axis < 0 ? axis + rank : axis;
    if (normalized >= 0 && normalized < rank) return normalized;
    throw this.error('an axis is out of range', `an axis of a rank-${rank} tensor`, String(axis));
  }

  /** A size that the layer's weights depend on and that must not be open. */
  known(dim: Dim | undefined, what: string): number {
    if (typeof dim === 'number') return dim;
    throw this.unsupported(`an open number of ${what} before this layer`);
  }

  /** Product of all dimensions but the batch. */
  featureCount(tensor: KerasTensor): Dim {
    return product(tensor.dims.slice(1));
  }

  error(summary: string, expected: string, got: string): ModelFormatError {
    return new ModelFormatError(summary, { place: this.#place, expected, got });
  }

  unsupported(what: string): UnsupportedModelError {
    return new UnsupportedModelError(`${what} is not supported`, { place: this.#place });
  }

  get #place(): string {
    return `layer "${this.path}" (${this.instance.spec.className})`;
  }

  #name(part: string): string {
    return part === '' ? this.path : `${this.path}/${part}`;
  }

  #mustHaveRank(tensor: KerasTensor, rank: number): void {
    if (tensor.dims.length === rank) return;
    throw this.error('the layer does not fit its input', `${rank} dimensions`, showDims(tensor.dims));
  }
}
