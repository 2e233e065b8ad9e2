/** @file Operator cases: activation functions. */
import { float } from '../constants';
import type { OperatorCase } from '../operatorHarness';
import type { Attributes } from '../../../src/engine/graph/graph';

/** Wide enough to reach every piece of every function. */
const range = [-6, 6] as const;
const x = { dims: [2, 3, 5], range };

const variants: readonly (readonly [op: string, title: string, attributes: Attributes])[] = [
  ['Relu', 'plain', {}],
  ['LeakyRelu', 'default slope', {}],
  ['LeakyRelu', 'slope 0.3', { alpha: 0.3 }],
  ['LeakyRelu', 'negative slope', { alpha: -1.5 }],
  ['Elu', 'default scale', {}],
  ['Elu', 'scale 1.7', { alpha: 1.7 }],
  ['Selu', 'default parameters', {}],
  ['Selu', 'other parameters', { alpha: 1.2, gamma: 0.8 }],
  ['Celu', 'default scale', {}],
  ['Celu', 'scale 2.5', { alpha: 2.5 }],
  ['ThresholdedRelu', 'default threshold', {}],
  ['ThresholdedRelu', 'threshold 2', { alpha: 2 }],
  ['Sigmoid', 'plain', {}],
  ['HardSigmoid', 'default parameters', {}],
  ['HardSigmoid', 'as in MobileNetV3', { alpha: 1 / 6, beta: 0.5 }],
  ['HardSwish', 'plain', {}],
  ['Tanh', 'plain', {}],
  ['Softplus', 'plain', {}],
  ['Softsign', 'plain', {}],
  ['Gelu', 'exact', {}],
  ['Gelu', 'exact, named', { approximate: 'none' }],
  ['Gelu', 'tanh approximation', { approximate: 'tanh' }],
  ['Mish', 'plain', {}],
];

export const cases: readonly OperatorCase[] = [
  ...variants.map(([op, title, attributes]): OperatorCase => ({ op, title, inputs: [x], attributes })),
  { op: 'PRelu', title: 'one slope', inputs: [x, { dims: [1] }] },
  { op: 'PRelu', title: 'a slope per channel', inputs: [{ dims: [2, 3, 2, 2] }, { dims: [3, 1, 1] }] },
  { op: 'PRelu', title: 'a slope per element', inputs: [{ dims: [2, 4] }, { dims: [2, 4] }] },
  { op: 'PRelu', title: 'frozen slopes', inputs: [{ dims: [2, 4] }, { dims: [4], frozen: true }] },
  { op: 'Clip', title: 'both bounds', inputs: [x, float(-1), float(4)] },
  { op: 'Clip', title: 'lower bound only', inputs: [x, float(0)] },
  { op: 'Clip', title: 'upper bound only', inputs: [x, undefined, float(2)] },
  { op: 'Clip', title: 'no bound', inputs: [x] },
  { op: 'Clip', title: 'computed bounds', inputs: [x, { dims: [], range: [-2, -1] }, { dims: [], range: [1, 2] }] },
];
