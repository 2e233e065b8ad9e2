/** @file Activation functions by their Keras names (keras.activations). */
import type { Attributes } from '../../../graph/graph';
import { LayerConfig } from '../config';
import { isObject } from '../json';
import { storedAxis, type KerasTensor } from '../kerasTensor';
import type { LayerBuilder } from './layerBuilder';

/** Adds the function to the graph; `part` names its nodes within the layer. */
type ActivationFunction = (layer: LayerBuilder, x: KerasTensor, part: string) => KerasTensor;

const operator =
  (op: string, attributes: Attributes = {}): ActivationFunction =>
  (layer, x, part) =>
    layer.map(x, op, attributes, part);

const alongChannels =
  (op: string): ActivationFunction =>
  (layer, x, part) =>
    layer.map(x, op, { axis: storedAxis(x, x.dims.length - 1) }, part);

const sub = (part: string, step: string): string => (part === '' ? step : `${part}/${step}`);

/** x · σ(x). */
const silu: ActivationFunction = (layer, x, part) => {
  const gate = layer.map(x, 'Sigmoid', {}, sub(part, 'sigmoid'));
  return layer.map(x, 'Mul', {}, part, gate.value);
};

/** Keras 3 changed the slope from 1/5 to 1/6. */
const hardSigmoid: ActivationFunction = (layer, x, part) =>
  layer.map(x, 'HardSigmoid', { alpha: layer.traits.major >= 3 ? 1 / 6 : 0.2, beta: 0.5 }, part);

/** The values beyond ±½: pulled towards zero by ½ (soft) or as they are (hard). */
const shrink =
  (hard: boolean): ActivationFunction =>
  (layer, x, part) => {
    const beyond = (value: KerasTensor, step: string): KerasTensor => {
      if (hard) return layer.map(value, 'ThresholdedRelu', { alpha: 0.5 }, sub(part, step));
      const shifted = layer.map(value, 'Sub', {}, sub(part, `${step}/shift`), layer.scalar(0.5));
      return layer.map(shifted, 'Relu', {}, sub(part, step));
    };
    const negative = beyond(layer.map(x, 'Neg', {}, sub(part, 'negate')), 'negative');
    return layer.map(beyond(x, 'positive'), 'Sub', {}, part, negative.value);
  };

const clip =
  (low: number, high: number): ActivationFunction =>
  (layer, x, part) =>
    layer.map(x, 'Clip', {}, part, layer.scalar(low), layer.scalar(high));

/** Name → function. */
export const FUNCTIONS: ReadonlyMap<string, ActivationFunction> = new Map<string, ActivationFunction>([
  ['linear', (_, x) => x],
  ['relu', operator('Relu')],
  ['relu6', clip(0, 6)],
  ['leaky_relu', operator('LeakyRelu', { alpha: 0.2 })],
  ['elu', operator('Elu', { alpha: 1 })],
  ['celu', operator('Celu', { alpha: 1 })],
  ['selu', operator('Selu')],
  ['gelu', operator('Gelu')],
  ['mish', operator('Mish')],
  ['tanh', operator('Tanh')],
  ['hard_tanh', clip(-1, 1)],
  ['sigmoid', operator('Sigmoid')],
  ['hard_sigmoid', hardSigmoid],
  ['sparse_sigmoid', operator('HardSigmoid', { alpha: 0.5, beta: 0.5 })],
  ['hard_silu', operator('HardSwish')],
  ['hard_swish', operator('HardSwish')],
  ['silu', silu],
  ['swish', silu],
  ['softplus', operator('Softplus')],
  ['softsign', operator('Softsign')],
  ['exponential', operator('Exp')],
  ['soft_shrink', shrink(false)],
  ['hard_shrink', shrink(true)],
  ['softmax', alongChannels('Softmax')],
  ['log_softmax', alongChannels('LogSoftmax')],
  ['tanh_shrink', (layer, x, part) => layer.map(x, 'Sub', {}, part, layer.map(x, 'Tanh', {}, sub(part, 'tanh')).value)],
  [
    'log_sigmoid',
    (layer, x, part) => {
      const negative = layer.map(x, 'Neg', {}, sub(part, 'negate'));
      return layer.map(layer.map(negative, 'Softplus', {}, sub(part, 'softplus')), 'Neg', {}, part);
    },
  ],
  [
    'squareplus',
    (layer, x, part) => {
      const square = layer.map(x, 'Mul', {}, sub(part, 'square'), x.value);
      const root = layer.map(
        layer.map(square, 'Add', {}, sub(part, 'plus'), layer.scalar(4)),
        'Sqrt',
        {},
        sub(part, 'root'),
      );
      return layer.map(layer.map(x, 'Add', {}, sub(part, 'sum'), root.value), 'Mul', {}, part, layer.scalar(0.5));
    },
  ],
]);

/** Activation layers, which may also stand in place of a function name; their settings are in `config`. */
export const ACTIVATION_LAYERS: ReadonlyMap<string, ActivationLayer> = new Map<string, ActivationLayer>([
  ['ReLU', rectify],
  [
    'LeakyReLU',
    (layer, x, part, config) => {
      const slope = config.number('negative_slope', config.number('alpha', 0.3));
      return layer.map(x, 'LeakyRelu', { alpha: slope }, part);
    },
  ],
  ['ELU', (layer, x, part, config) => layer.map(x, 'Elu', { alpha: config.number('alpha', 1) }, part)],
  [
    'ThresholdedReLU',
    (layer, x, part, config) => layer.map(x, 'ThresholdedRelu', { alpha: config.number('theta', 1) }, part),
  ],
  [
    'Softmax',
    (layer, x, part, config) => {
      const [axis = -1, ...others] = config.integers('axis', [-1]);
      if (others.length > 0) throw layer.unsupported('a softmax over several axes');
      return layer.map(x, 'Softmax', { axis: storedAxis(x, layer.axis(axis, x.dims.length)) }, part);
    },
  ],
]);

type ActivationLayer = (layer: LayerBuilder, x: KerasTensor, part: string, config: LayerConfig) => KerasTensor;

/**
 * Applies the activation that a layer's setting names: a function name, a function in Keras 3's serialised form, or an
 * activation layer with its settings. Absent: none.
 */
export function activate(layer: LayerBuilder, x: KerasTensor, setting: unknown, part?: string): KerasTensor {
  const name = activationName(setting);
  const apply = FUNCTIONS.get(name);
  if (apply !== undefined) return apply(layer, x, part ?? name);
  const asLayer = ACTIVATION_LAYERS.get(name);
  if (asLayer === undefined || !isObject(setting)) throw layer.unsupported(`the activation ${name}`);
  const settings = isObject(setting['config']) ? setting['config'] : {};
  return asLayer(layer, x, part ?? name, new LayerConfig(`${layer.config.place}: activation`, settings));
}

/** The name of an activation that cannot be run; `undefined` for one that can. Code in its place never is. */
export function unknownActivation(setting: unknown): string | undefined {
  const name = activationName(setting);
  return FUNCTIONS.has(name) || (isObject(setting) && ACTIVATION_LAYERS.has(name)) ? undefined : name;
}

function activationName(setting: unknown): string {
  if (setting === undefined || setting === null) return 'linear';
  if (typeof setting === 'string') return setting;
  if (!isObject(setting)) return 'in Python code';
  const { class_name: className, config } = setting;
  if (className === 'function' && typeof config === 'string') return config;
  return typeof className === 'string' && className !== '__lambda__' ? className : 'in Python code';
}

/**
 * `x` for x > threshold, else 0, cut at `max_value`; minus `negative_slope` · max(threshold − x, 0), in the order in
 * which Keras does it.
 */
function rectify(layer: LayerBuilder, x: KerasTensor, part: string, config: LayerConfig): KerasTensor {
  const cap = config.raw('max_value') === undefined ? undefined : config.number('max_value');
  const slope = config.number('negative_slope', 0);
  const threshold = config.number('threshold', 0);
  if (cap === undefined && threshold === 0) {
    return slope === 0 ? layer.map(x, 'Relu', {}, part) : layer.map(x, 'LeakyRelu', { alpha: slope }, part);
  }
  const end = slope === 0 ? part : sub(part, 'positive');
  const above =
    threshold === 0
      ? x
      : layer.map(x, 'ThresholdedRelu', { alpha: threshold }, cap === undefined ? end : sub(part, 'threshold'));
  const positive = cap === undefined ? above : layer.map(above, 'Clip', {}, end, layer.scalar(0), layer.scalar(cap));
  if (slope === 0) return positive;
  const below = { ...x, value: layer.op('Sub', [layer.scalar(threshold), x.value], {}, sub(part, 'below')) };
  const negative = layer.map(
    layer.map(below, 'Relu', {}, sub(part, 'negative')),
    'Mul',
    {},
    sub(part, 'slope'),
    layer.scalar(slope),
  );
  return layer.map(positive, 'Sub', {}, part, negative.value);
}
