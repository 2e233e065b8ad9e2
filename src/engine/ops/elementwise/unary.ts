/** @file Elementwise functions of one input (ONNX Neg, Sqrt, Exp, …). */
import type { Value } from '../../graph/nodeBuilder';
import { required } from '../shared/attributes';
import { foldElementwise } from '../shared/fold';
import type { GradientContext, OpDefinition, OpFamily, TensorFlow, TfTensor } from '../../graph/operator';
import { incoming, sameAsInput } from '../shared/rules';

/** y = f(x); `gradient` gives ∂x from ∂y, x and y. */
export function unary(
  kernel: (tf: TensorFlow, x: TfTensor) => TfTensor,
  gradient: ((b: GradientContext['b'], dy: Value, x: Value, y: Value) => Value) | 'none',
  apply?: (x: number) => number,
): OpDefinition {
  return {
    infer: sameAsInput,
    gradient:
      gradient === 'none'
        ? 'none'
        : (context) => {
            const [y] = context.outputs;
            if (!context.needs(0) || y === undefined) return [];
            return [gradient(context.b, incoming(context), required(context, 0), y)];
          },
    ...(apply && { fold: foldElementwise(apply) }),
    kernel: (context) => [kernel(context.tf, required(context, 0))],
  };
}

/** Rounds halves to the even neighbour, as ONNX Round. */
function roundHalfEven(x: number): number {
  const rounded = Math.round(x);
  return rounded - x === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}

/**
 * Below the square root of every normal float32 but zero: as divisor it only replaces the infinite slope of the root
 * at 0 by a finite one, so that a zero gradient stays zero.
 */
export const TINY_ROOT = 1e-20;

export const unaryFunctions = {
  Neg: unary(
    (tf, x) => tf.neg(x),
    (b, dy) => b.op('Neg', [dy]),
    (x) => -x,
  ),
  Abs: unary(
    (tf, x) => tf.abs(x),
    (b, dy, x) => b.op('Mul', [dy, b.op('Sign', [x])]),
    Math.abs,
  ),
  Sign: unary((tf, x) => tf.sign(x), 'none', Math.sign),
  Floor: unary((tf, x) => tf.floor(x), 'none', Math.floor),
  Ceil: unary((tf, x) => tf.ceil(x), 'none', Math.ceil),
  Round: unary((tf, x) => tf.round(x), 'none', roundHalfEven),
  Reciprocal: unary(
    (tf, x) => tf.reciprocal(x),
    (b, dy, _x, y) => b.op('Neg', [b.op('Mul', [dy, b.op('Mul', [y, y])])]),
    (x) => 1 / x,
  ),
  /** The slope at 0 is taken as finite, 0.5/{@link TINY_ROOT}. */
  Sqrt: unary(
    (tf, x) => tf.sqrt(x),
    (b, dy, _x, y) => b.op('Div', [b.op('Mul', [dy, b.scalar(0.5)]), b.op('Max', [y, b.scalar(TINY_ROOT)])]),
    Math.sqrt,
  ),
  Exp: unary(
    (tf, x) => tf.exp(x),
    (b, dy, _x, y) => b.op('Mul', [dy, y]),
    Math.exp,
  ),
  Log: unary(
    (tf, x) => tf.log(x),
    (b, dy, x) => b.op('Div', [dy, x]),
    Math.log,
  ),
  Sin: unary(
    (tf, x) => tf.sin(x),
    (b, dy, x) => b.op('Mul', [dy, b.op('Cos', [x])]),
    Math.sin,
  ),
  Cos: unary(
    (tf, x) => tf.cos(x),
    (b, dy, x) => b.op('Neg', [b.op('Mul', [dy, b.op('Sin', [x])])]),
    Math.cos,
  ),
  Erf: unary(
    (tf, x) => tf.erf(x),
    (b, dy, x) => {
      const bell = b.op('Exp', [b.op('Neg', [b.op('Mul', [x, x])])]);
      return b.op('Mul', [dy, b.op('Mul', [bell, b.scalar(2 / Math.sqrt(Math.PI))])]);
    },
  ),
} satisfies OpFamily;
