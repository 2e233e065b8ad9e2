/** @file Activation functions by their Keras names (keras.activations). */
import type { Attributes } from '../../graph/graph';
import { isObject, show } from './json';
import { storedAxis, type KerasTensor } from './kerasTensor';
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

const FUNCTIONS: ReadonlyMap<string, ActivationFunction> = new Map<string, ActivationFunction>([
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
  [
    'tanh_shrink',
    (layer, x, part) => layer.map(x, 'Sub', {}, part, layer.map(x, 'Tanh', {}, sub(part, 'tanh')).value),
  ],
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
      const root = layer.map(layer.map(square, 'Add', {}, sub(part, 'plus'), layer.scalar(4)), 'Sqrt', {}, sub(part, 'root'));
      return layer.map(layer.map(x, 'Add', {}, sub(part, 'sum'), root.value), 'Mul', {}, part, layer.scalar(0.5));
    },
  ],
]);

/** Whether the activation that a setting names can be run. Code in its place (a lambda) never is. */
export function knowsActivation(setting: unknown): boolean {
  const name = activationName(setting);
  return name !== undefined && (FUNCTIONS.has(name) || ACTIVATION_LAYERS.has(name));
}

/**
 * Applies the activation that a layer's setting names: a function name, a function in Keras 3's serialised form, or an
 * activation layer as an object. Nothing for none.
 */
export function activate(layer: LayerBuilder, x: KerasTensor, setting: unknown, part?: string): KerasTensor {
  const name = activationName(setting);
  const asLayer = name === undefined ? undefined : ACTIVATION_LAYERS.get(name);
  const apply = name === undefined ? undefined : FUNCTIONS.get(asLayer ?? name);
  if (apply === undefined || name === undefined) throw layer.unsupported(`the activation ${show(setting)}`);
  return apply(layer, x, part ?? name);
}

/** Objects in place of a function name, where their default settings equal the function. */
const ACTIVATION_LAYERS: ReadonlyMap<string, string> = new Map([
  ['Softmax', 'softmax'],
  ['ELU', 'elu'],
]);

function activationName(setting: unknown): string | undefined {
  if (setting === undefined || setting === null) return 'linear';
  if (typeof setting === 'string') return setting;
  if (!isObject(setting)) return undefined;
  const { class_name: className, config } = setting;
  if (className === 'function' && typeof config === 'string') return config;
  return undefined;
}
