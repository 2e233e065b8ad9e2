/** @file Layers that normalise their input. */
import { isList } from '../json';
import { storedAxis, type KerasTensor } from '../kerasTensor';
import type { LayerBuilder, LayerFamily } from './layerBuilder';

export const normalizations = {
  BatchNormalization: (layer) => {
    const [axis = -1, ...others] = layer.config.integers('axis', [-1]);
    if (others.length > 0) throw layer.unsupported('a batch normalization over several axes');
    if (layer.config.boolean('renorm', false)) throw layer.unsupported('batch renormalization');
    const { input } = layer;
    const rank = input.dims.length;
    const kerasAxis = layer.axis(axis, rank);
    const size = layer.known(input.dims[kerasAxis], 'channels');
    const scale = scaleOf(layer, [size]);
    const shift = shiftOf(layer, [size]);
    const mean = layer.weight('moving_mean', [size], { trainable: false });
    const variance = layer.weight('moving_variance', [size], { trainable: false });
    // ONNX normalises axis 1; where the channels stand elsewhere, they are moved there and back.
    const swap = Array.from({ length: rank }, (_, i) => i);
    const channel = storedAxis(input, kerasAxis);
    [swap[1], swap[channel]] = [channel, 1];
    const move = channel === 1 ? undefined : (value: string): string => layer.graph.transposed(value, swap);
    const value = layer.op('BatchNormalization', [move?.(input.value) ?? input.value, scale, shift, mean, variance], {
      epsilon: layer.config.number('epsilon', 1e-3),
    });
    return { ...input, value: move?.(value) ?? value };
  },

  LayerNormalization: (layer) => {
    if (layer.config.boolean('rms_scaling', false)) throw layer.unsupported('"rms_scaling"');
    const input = layer.keras(layer.input);
    const rank = input.dims.length;
    const axes = layer.config
      .integers('axis', [-1])
      .map((axis) => layer.axis(axis, rank))
      .sort((a, b) => a - b);
    const dims = axes.map((axis) => layer.known(input.dims[axis], 'features'));
    const epsilon = layer.config.number('epsilon', 1e-3);
    const [first = 0] = axes;
    if (axes.every((axis, i) => axis === first + i) && first + axes.length === rank) {
      const inputs = [input.value, scaleOf(layer, dims), shiftOf(layer, dims)];
      return { ...input, value: layer.op('LayerNormalization', inputs, { axis: first, epsilon }) };
    }
    const spread = input.dims.map((_, axis) => (axes.includes(axis) ? layer.known(input.dims[axis], 'features') : 1));
    const along = (weight: string, part: string): string => layer.op('Reshape', [weight, layer.ints(spread)], {}, part);
    const normal = standardize(layer, input, axes, epsilon);
    const scaled = layer.map(normal, 'Mul', {}, 'scaled', along(scaleOf(layer, dims), 'gamma-shape'));
    return layer.map(scaled, 'Add', {}, '', along(shiftOf(layer, dims), 'beta-shape'));
  },

  GroupNormalization: (layer) => {
    const { input } = layer;
    const rank = input.dims.length;
    const axis = layer.axis(layer.config.integer('axis', -1), rank);
    const channels = layer.known(input.dims[axis], 'channels');
    const asked = layer.config.integer('groups', 32);
    const groups = asked === -1 ? channels : asked;
    if (groups < 1 || channels % groups !== 0) {
      throw layer.error('the groups do not divide the channels', `a divisor of ${channels}`, String(asked));
    }
    const inputs = [scaleOf(layer, [channels]), shiftOf(layer, [channels])];
    const attributes = { num_groups: groups, epsilon: layer.config.number('epsilon', 1e-3) };
    const first = storedAxis(input, axis) === 1 ? input : layer.nchw(input);
    if (storedAxis(first, axis) !== 1) throw layer.unsupported(`a group normalization along axis ${axis}`);
    return layer.map(first, 'GroupNormalization', attributes, '', ...inputs);
  },

  /** x / √max(Σx², 1e-12). */
  UnitNormalization: (layer) => {
    const input = layer.keras(layer.input);
    const axes = layer.config.integers('axis', [-1]).map((axis) => layer.axis(axis, input.dims.length));
    const squares = layer.op('ReduceSumSquare', [input.value, layer.ints(axes)], { keepdims: 1 }, 'squares');
    const root = layer.op('Sqrt', [layer.op('Max', [squares, layer.scalar(1e-12)], {}, 'floor')], {}, 'norm');
    return layer.map(input, 'Div', {}, '', root);
  },

  Normalization: (layer) => {
    const rank = layer.input.dims.length;
    const kept = layer.config.raw('axis') === undefined ? [] : layer.config.integers('axis');
    const input = kept.length > 1 ? layer.keras(layer.input) : layer.input;
    const axes = kept.map((axis) => layer.axis(axis, rank)).sort((a, b) => a - b);
    const dims = axes.map((axis) => layer.known(input.dims[axis], 'channels'));
    const spread = new Array<number>(rank).fill(1);
    axes.forEach((axis, i) => (spread[storedAxis(input, axis)] = dims[i] ?? 1));
    const statistic = (name: string): string =>
      layer.op('Reshape', [given(layer, name, dims), layer.ints(spread)], {}, `${name}-shape`);
    const mean = statistic('mean');
    const variance = statistic('variance');
    if (layer.config.raw('mean') === undefined) layer.unusedWeight('count', []);
    const deviation = layer.op('Max', [layer.op('Sqrt', [variance], {}, 'root'), layer.scalar(1e-7)], {}, 'deviation');
    return layer.config.boolean('invert', false)
      ? layer.map(layer.map(input, 'Mul', {}, 'scaled', deviation), 'Add', {}, '', mean)
      : layer.map(layer.map(input, 'Sub', {}, 'centred', mean), 'Div', {}, '', deviation);
  },

  Rescaling: (layer) => {
    const scaled = layer.map(layer.input, 'Mul', {}, 'scaled', factor(layer, 'scale', undefined));
    return layer.map(scaled, 'Add', {}, '', factor(layer, 'offset', 0));
  },

  /** ConvNeXt's factor per channel. */
  LayerScale: (layer) => {
    const { input } = layer;
    const channels = layer.known(input.dims.at(-1), 'channels');
    const shape = layer.ints(perChannel(input, channels));
    const gamma = layer.op('Reshape', [layer.weight('gamma', [channels]), shape], {}, 'gamma-shape');
    return layer.map(input, 'Mul', {}, '', gamma);
  },
} satisfies LayerFamily;

function scaleOf(layer: LayerBuilder, dims: readonly number[]): string {
  return layer.config.boolean('scale', true) ? layer.weight('gamma', dims) : filled(layer, dims, 1, 'ones');
}

function shiftOf(layer: LayerBuilder, dims: readonly number[]): string {
  return layer.config.boolean('center', true) ? layer.weight('beta', dims) : filled(layer, dims, 0, 'zeros');
}

function filled(layer: LayerBuilder, dims: readonly number[], value: number, part: string): string {
  const size = dims.reduce((total, dim) => total * dim, 1);
  return layer.floats(dims, new Float32Array(size).fill(value), part);
}

/** (x − mean) / √(variance + ε) over `axes`. */
function standardize(layer: LayerBuilder, input: KerasTensor, axes: readonly number[], epsilon: number): KerasTensor {
  const mean = layer.op('ReduceMean', [input.value, layer.ints(axes)], { keepdims: 1 }, 'mean');
  const centred = layer.map(input, 'Sub', {}, 'centred', mean);
  const squares = layer.map(centred, 'Mul', {}, 'squares', centred.value);
  const variance = layer.op('ReduceMean', [squares.value, layer.ints(axes)], { keepdims: 1 }, 'variance');
  const padded = layer.op('Add', [variance, layer.scalar(epsilon)], {}, 'variance-epsilon');
  return layer.map(centred, 'Div', {}, 'normal', layer.op('Sqrt', [padded], {}, 'deviation'));
}

/** Mean or variance of a Normalization layer: numbers in its settings, else a weight. */
function given(layer: LayerBuilder, name: string, dims: readonly number[]): string {
  const setting = layer.config.raw(name);
  if (setting === undefined) return layer.weight(name, dims, { trainable: false });
  const size = dims.reduce((total, dim) => total * dim, 1);
  const values = numbers(layer, name);
  if (values.length !== 1 && values.length !== size) throw layer.config.wrong(name, `1 or ${size} numbers`);
  return layer.floats(
    dims,
    Float32Array.from({ length: size }, (_, i) => values[i % values.length] ?? 0),
    name,
  );
}

/** A number for all channels or one for each, shaped to multiply the layer's input. */
function factor(layer: LayerBuilder, key: string, fallback: number | undefined): string {
  if (layer.config.raw(key) === undefined && fallback !== undefined) return layer.scalar(fallback);
  const values = numbers(layer, key);
  const [only = 0] = values;
  if (values.length === 1) return layer.scalar(only);
  const channels = layer.known(layer.input.dims.at(-1), 'channels');
  if (values.length !== channels) throw layer.config.wrong(key, `1 or ${channels} numbers`);
  return layer.floats(perChannel(layer.input, channels), values, key);
}

/** Shape that lets one number per channel meet the input's last Keras axis. */
function perChannel(input: KerasTensor, channels: number): number[] {
  const shape = new Array<number>(input.dims.length).fill(1);
  shape[storedAxis(input, input.dims.length - 1)] = channels;
  return shape;
}

/** A number, or lists of numbers nested anyhow, as one list. */
function numbers(layer: LayerBuilder, key: string): number[] {
  const raw = layer.config.raw(key);
  const flat = isList(raw) ? raw.flat(8) : [raw];
  return flat.map((value: unknown) => {
    if (typeof value !== 'number') throw layer.config.wrong(key, 'numbers');
    return value;
  });
}
