/** @file Elementwise arithmetic of two or more inputs with broadcasting (ONNX Add, Sub, Mul, …). */
import type { Value } from '../../graph/nodeBuilder';
import type { TensorType } from '../../graph/tensor';
import { intAttribute, required, unsupported } from '../shared/attributes';
import { broadcastDims, reduceProductTo, reduceTo } from '../shared/broadcast';
import { foldElementwise } from '../shared/fold';
import { broadcastKernel } from '../shared/kernels';
import type { GradientContext, OpContext, OpDefinition, OpFamily, TensorFlow, TfTensor } from '../../graph/operator';
import { incoming, indicator, requireOneType, whereNeeded } from '../shared/rules';

function inferVariadic(context: OpContext): TensorType[] {
  const { dtype } = required(context, 0);
  const types = context.inputs.map((_, i) => required(context, i));
  requireOneType(context, types);
  return [{ dtype, dims: broadcastDims(context, types) }];
}

function inferBinary(context: OpContext): TensorType[] {
  required(context, 1);
  return inferVariadic(context);
}

/** Base and exponent of Pow may differ in element type; the output has that of the base. */
function inferPow(context: OpContext): TensorType[] {
  const types = [required(context, 0), required(context, 1)];
  return [{ dtype: required(context, 0).dtype, dims: broadcastDims(context, types) }];
}

/** An operator z = x ∘ y; `gradients` gives ∂x and ∂y from ∂z. */
function binary(
  apply: (x: number, y: number) => number,
  kernel: (tf: TensorFlow, x: TfTensor, y: TfTensor) => TfTensor,
  gradients: (context: GradientContext, dz: Value, x: Value, y: Value) => [() => Value, () => Value],
): OpDefinition {
  return {
    infer: inferBinary,
    gradient: (context) =>
      whereNeeded(context, ...gradients(context, incoming(context), required(context, 0), required(context, 1))),
    fold: foldElementwise(apply),
    kernel: (context) => [kernel(context.tf, required(context, 0), required(context, 1))],
  };
}

/** Division of whole numbers truncates towards zero (ONNX Div). */
function divide(tf: TensorFlow, x: TfTensor, y: TfTensor): TfTensor {
  if (x.dtype !== 'int32') return tf.div(x, y);
  return tf.cast(tf.div(tf.cast(x, 'float32'), tf.cast(y, 'float32')), 'int32');
}

/**
 * ∂x of x^p. For a constant scalar p the power is simplified where that is exact, and for 0 < p < 1 the infinite
 * slope at x = 0 is bounded by that at the smallest normal number, so that a zero gradient stays zero.
 * For other p, entries with p = 0 contribute nothing, also at x = 0.
 */
function baseGradient(context: GradientContext, dz: Value, x: Value, p: Value): Value | undefined {
  const { b } = context;
  const constant = context.constant(1);
  if (constant?.data.length === 1) {
    const exponent = Number(constant.data[0]);
    if (exponent === 0) return undefined;
    if (exponent === 1) return reduceTo(b, dz, x.dims);
    if (exponent === 2) return b.op('Mul', [reduceTo(b, dz, x.dims), b.op('Mul', [x, b.scalar(2)])]);
    const base = exponent > 0 && exponent < 1 ? b.op('Max', [x, b.scalar(SMALLEST_NORMAL)]) : x;
    const power = b.op('Pow', [base, b.scalar(exponent - 1)]);
    return b.op('Mul', [reduceTo(b, dz, x.dims), b.op('Mul', [power, b.scalar(exponent)])]);
  }
  const exponent = p.dtype === 'float32' ? p : indicator(b, p);
  const zero = b.op('Equal', [exponent, b.scalar(0)]);
  const lowered = b.op('Where', [zero, b.scalar(0), b.op('Sub', [exponent, b.scalar(1)])]);
  return reduceProductTo(b, dz, b.op('Mul', [exponent, b.op('Pow', [x, lowered])]), x.dims);
}

/** Smallest normal float32. */
const SMALLEST_NORMAL = 2 ** -126;

/** ∂p of x^p = z·log x; x ≤ 0 counts as constant in p. */
function exponentGradient(context: GradientContext, dz: Value, x: Value, p: Value): Value | undefined {
  if (p.dtype !== 'float32') return undefined;
  const { b } = context;
  const positive = b.op('Where', [b.op('Greater', [x, b.scalar(0)]), x, b.scalar(1)]);
  const slope = b.op('Mul', [output(context), b.op('Log', [positive])]);
  return reduceProductTo(b, dz, slope, p.dims);
}

function output(context: GradientContext): Value {
  const [value] = context.outputs;
  if (value === undefined) throw new RangeError(`${context.op} "${context.name}" has no output`);
  return value;
}

/** Max or Min of any number of inputs. A tie goes to one input only, the first whose gradient is wanted. */
function extremum(
  apply: (...values: number[]) => number,
  kernel: (tf: TensorFlow, x: TfTensor, y: TfTensor) => TfTensor,
): OpDefinition {
  return {
    infer: inferVariadic,
    gradient: (context) => {
      const { b } = context;
      const result: (Value | undefined)[] = context.inputs.map(() => undefined);
      const wanted = context.inputs.flatMap((_, i) => (context.needs(i) ? [i] : []));
      let rest = incoming(context);
      wanted.forEach((i, turn) => {
        const x = required(context, i);
        // When every input takes part, the last one takes what the others have left.
        const last = turn === context.inputs.length - 1;
        const share = last ? rest : b.op('Mul', [rest, indicator(b, b.op('Equal', [x, output(context)]))]);
        result[i] = reduceTo(b, share, x.dims);
        if (turn < wanted.length - 1) rest = b.op('Sub', [rest, share]);
      });
      return result;
    },
    fold: foldElementwise(apply),
    // The library's gradients of both do not sum over broadcast axes.
    kernel: (context) => {
      const dims = context.outputTypes[0]?.dims ?? [];
      const inputs = context.inputs.map((_, i) => broadcastKernel(context.tf, required(context, i), dims));
      return [inputs.reduce((x, y) => kernel(context.tf, x, y))];
    },
  };
}

/** Sum or Mean of any number of inputs. */
function accumulation(weight: (count: number) => number): OpDefinition {
  return {
    infer: inferVariadic,
    gradient: (context) => {
      const { b } = context;
      const scale = weight(context.inputs.length);
      return context.inputs.map((_, i) => {
        if (!context.needs(i)) return undefined;
        const sum = reduceTo(b, incoming(context), required(context, i).dims);
        return scale === 1 ? sum : b.op('Mul', [sum, b.scalar(scale)]);
      });
    },
    fold: foldElementwise((...values) => values.reduce((sum, x) => sum + x, 0) * weight(values.length)),
    kernel: (context) => {
      const sum = context.inputs.map((_, i) => required(context, i)).reduce((x, y) => context.tf.add(x, y));
      const scale = weight(context.inputs.length);
      return [scale === 1 ? sum : context.tf.mul(sum, scale)];
    },
  };
}

/** Remainder with the sign of the divisor, or with `fmod` that of the dividend. */
const remainder: OpDefinition = {
  infer: (context) => {
    if (intAttribute(context, 'fmod', 0) !== 1 && required(context, 0).dtype === 'float32') {
      throw unsupported(context, 'Mod of floating-point numbers without fmod');
    }
    return inferBinary(context);
  },
  // x mod y = x − q·y with the whole number q constant almost everywhere.
  gradient: (context) => {
    const { b } = context;
    const [dz, x, y] = [incoming(context), required(context, 0), required(context, 1)];
    return whereNeeded(
      context,
      () => reduceTo(b, dz, x.dims),
      () => {
        const quotient = b.op('Round', [b.op('Div', [b.op('Sub', [output(context), x]), y])]);
        return reduceProductTo(b, dz, quotient, y.dims);
      },
    );
  },
  fold: (context, inputs, outputs) => {
    const fmod = intAttribute(context, 'fmod', 0) === 1;
    const mod = (x: number, y: number): number => (fmod ? x % y : x - Math.floor(x / y) * y);
    return foldElementwise(mod)(context, inputs, outputs);
  },
  kernel: (context) => {
    const { tf } = context;
    const [x, y] = [required(context, 0), required(context, 1)];
    if (intAttribute(context, 'fmod', 0) !== 1) return [tf.mod(x, y)];
    return [tf.mul(tf.sign(x), tf.mod(tf.abs(x), tf.abs(y)))];
  },
};

export const elementwise = {
  Add: binary(
    (x, y) => x + y,
    (tf, x, y) => tf.add(x, y),
    ({ b }, dz, x, y) => [() => reduceTo(b, dz, x.dims), () => reduceTo(b, dz, y.dims)],
  ),
  Sub: binary(
    (x, y) => x - y,
    (tf, x, y) => tf.sub(x, y),
    ({ b }, dz, x, y) => [() => reduceTo(b, dz, x.dims), () => b.op('Neg', [reduceTo(b, dz, y.dims)])],
  ),
  Mul: binary(
    (x, y) => x * y,
    (tf, x, y) => tf.mul(x, y),
    ({ b }, dz, x, y) => [() => reduceProductTo(b, dz, y, x.dims), () => reduceProductTo(b, dz, x, y.dims)],
  ),
  Div: {
    ...binary(
      (x, y) => x / y,
      divide,
      (context, dz, x, y) => [
        () => reduceProductTo(context.b, dz, y, x.dims, 'Div'),
        () => {
          const { b } = context;
          return b.op('Neg', [b.op('Div', [reduceProductTo(b, dz, output(context), y.dims), y])]);
        },
      ],
    ),
    fold: (context, inputs, outputs) => {
      const whole = outputs[0]?.dtype !== 'float32';
      return foldElementwise((x, y) => (whole ? Math.trunc(x / y) : x / y))(context, inputs, outputs);
    },
  },
  Mod: remainder,
  Pow: {
    infer: inferPow,
    gradient: (context) => {
      const [dz, x, p] = [incoming(context), required(context, 0), required(context, 1)];
      return whereNeeded(
        context,
        () => baseGradient(context, dz, x, p),
        () => exponentGradient(context, dz, x, p),
      );
    },
    fold: foldElementwise((x, p) => x ** p),
    kernel: (context) => {
      const [x, p] = [required(context, 0), required(context, 1)];
      return [context.tf.pow(x, context.tf.cast(p, x.dtype))];
    },
  },
  Max: extremum(Math.max, (tf, x, y) => tf.maximum(x, y)),
  Min: extremum(Math.min, (tf, x, y) => tf.minimum(x, y)),
  Sum: accumulation(() => 1),
  Mean: accumulation((count) => 1 / count),
} satisfies OpFamily;
