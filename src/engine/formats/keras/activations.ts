/** @file Activation layers. */
import { activate } from './activationFunctions';
import type { LayerBuilder, LayerFamily } from './layerBuilder';
import { storedAxis, type KerasTensor } from './kerasTensor';

export const activationLayers = {
  Activation: (layer) => activate(layer, layer.input, layer.config.raw('activation'), ''),

  ReLU: (layer) => {
    const { config } = layer;
    const cap = config.raw('max_value') === undefined ? Infinity : config.number('max_value');
    // tfjs calls the slope `negativeSlope` in code, but writes it as Keras does.
    return rectify(layer, layer.input, cap, config.number('negative_slope', 0), config.number('threshold', 0));
  },

  LeakyReLU: (layer) => {
    const slope = layer.config.number('negative_slope', layer.config.number('alpha', 0.3));
    return layer.map(layer.input, 'LeakyRelu', { alpha: slope });
  },

  ELU: (layer) => layer.map(layer.input, 'Elu', { alpha: layer.config.number('alpha', 1) }),

  ThresholdedReLU: (layer) => layer.map(layer.input, 'ThresholdedRelu', { alpha: layer.config.number('theta', 1) }),

  Softmax: (layer) => {
    const { input } = layer;
    const [axis = -1, ...others] = layer.config.integers('axis', [-1]);
    if (others.length > 0) throw layer.unsupported('a softmax over several axes');
    return layer.map(input, 'Softmax', { axis: storedAxis(input, layer.axis(axis, input.dims.length)) });
  },

  PReLU: (layer) => {
    const input = layer.usual(layer.input);
    const shared = layer.config.raw('shared_axes') === undefined ? [] : layer.config.integers('shared_axes');
    const dims = input.dims.slice(1).map((dim, i) => (shared.includes(i + 1) ? 1 : layer.known(dim, 'pixels')));
    const layout = input.order === 'nchw' ? { perm: [2, 0, 1] } : {};
    return layer.map(input, 'PRelu', {}, '', layer.weight('alpha', dims, { layout }));
  },
} satisfies LayerFamily;

/**
 * `x` for x > threshold, else 0, cut at `cap`; minus `slope`·max(threshold − x, 0), in the order in which Keras does it.
 */
export function rectify(
  layer: LayerBuilder,
  input: KerasTensor,
  cap: number,
  slope: number,
  threshold: number,
): KerasTensor {
  if (cap === Infinity && threshold === 0) {
    return slope === 0 ? layer.map(input, 'Relu') : layer.map(input, 'LeakyRelu', { alpha: slope });
  }
  const part = slope === 0 ? '' : 'positive';
  const above = threshold === 0 ? input : layer.map(input, 'ThresholdedRelu', { alpha: threshold }, cap < Infinity ? 'threshold' : part);
  const positive =
    cap < Infinity ? layer.map(above, 'Clip', {}, part, layer.scalar(0), layer.scalar(cap)) : above;
  if (slope === 0) return positive;
  const below = { ...input, value: layer.op('Sub', [layer.scalar(threshold), input.value], {}, 'below') };
  const negative = layer.map(layer.map(below, 'Relu', {}, 'negative'), 'Mul', {}, 'slope', layer.scalar(slope));
  return layer.map(positive, 'Sub', {}, '', negative.value);
}
