/**
 * @file Plain arithmetic on tensors (`x / 255`) as Keras keeps it: TFOpLambda of tf.keras, operation layers of Keras 3.
 */
import { FUNCTIONS } from './activationFunctions';
import { arithmetic } from './arithmetic';
import type { LayerConverter, LayerFamily } from './layerBuilder';

/** TensorFlow's name behind `tf.` → ONNX operator with two inputs. */
const ARITHMETIC: ReadonlyMap<string, string> = new Map([
  ['math.add', 'Add'],
  ['__operators__.add', 'Add'],
  ['math.subtract', 'Sub'],
  ['math.multiply', 'Mul'],
  ['math.truediv', 'Div'],
  ['math.divide', 'Div'],
  ['math.maximum', 'Max'],
  ['math.minimum', 'Min'],
]);

/** TensorFlow's name → Keras activation. */
const ACTIVATIONS: ReadonlyMap<string, string> = new Map([
  ...[
    'relu',
    'relu6',
    'elu',
    'selu',
    'gelu',
    'silu',
    'softmax',
    'softplus',
    'softsign',
    'leaky_relu',
    'sigmoid',
    'tanh',
  ].map((name): [string, string] => [`nn.${name}`, name]),
  ['math.sigmoid', 'sigmoid'],
  ['math.tanh', 'tanh'],
  ['math.exp', 'exponential'],
  ['cast', 'linear'],
  ['identity', 'linear'],
]);

/** The converter of a TensorFlow function kept as a layer; `undefined` for one that cannot be run. */
export function tensorFlowFunction(name: unknown): LayerConverter | undefined {
  if (typeof name !== 'string') return undefined;
  const op = ARITHMETIC.get(name);
  if (op !== undefined) return (layer) => arithmetic(layer, op);
  const activation = FUNCTIONS.get(ACTIVATIONS.get(name) ?? '');
  return activation === undefined ? undefined : (layer) => activation(layer, layer.input, '');
}

/** Class names of Keras 3 operations, where no layer has the same name and meaning. */
export const operations = {
  TrueDivide: (layer) => arithmetic(layer, 'Div'),
  Divide: (layer) => arithmetic(layer, 'Div'),
  Relu: (layer) => layer.map(layer.input, 'Relu'),
  Sigmoid: (layer) => layer.map(layer.input, 'Sigmoid'),
  Tanh: (layer) => layer.map(layer.input, 'Tanh'),
  Cast: (layer) => layer.input,
} satisfies LayerFamily;
