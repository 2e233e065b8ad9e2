/** @file Activation functions (ONNX Relu, Clip, Gelu, …). */
import type { NodeBuilder, Value } from '../../graph/nodeBuilder';
import { floatAttribute, required, shapeMismatch, stringAttribute, unsupported } from '../shared/attributes';
import { positive, step, unitComplement } from '../shared/blockedLayout';
import { broadcastDims, reduceProductTo } from '../shared/broadcast';
import { sameDims } from '../../graph/tensor';
import { broadcastKernel } from '../shared/kernels';
import type {
  GradientContext,
  KernelContext,
  OpDefinition,
  OpFamily,
  TensorFlow,
  TfTensor,
} from '../../graph/operator';
import { incoming, indicator, sameAsInput, whereNeeded } from '../shared/rules';
import { unary } from './unary';

type Named = Pick<GradientContext, 'op' | 'name' | 'attributes'>;

/** y = f(x) with attributes; `gradient` gives ∂x from ∂y, x and y. */
function activation<P>(
  parameters: (context: Named) => P,
  kernel: (tf: TensorFlow, x: TfTensor, parameters: P) => TfTensor,
  gradient: (b: NodeBuilder, dy: Value, x: Value, y: Value, parameters: P) => Value,
): OpDefinition {
  return {
    infer: (context) => {
      parameters(context);
      return sameAsInput(context);
    },
    gradient: (context) => {
      const [y] = context.outputs;
      if (!context.needs(0) || y === undefined) return [];
      return [gradient(context.b, incoming(context), required(context, 0), y, parameters(context))];
    },
    kernel: (context) => [kernel(context.tf, required(context, 0), parameters(context))],
  };
}

/** ∂y where `x` > 0, and elsewhere ∂y times `slope`. */
function whereNegative(b: NodeBuilder, dy: Value, x: Value, slope: Value): Value {
  return b.op('Where', [b.op('Greater', [x, b.scalar(0)]), dy, b.op('Mul', [dy, slope])]);
}

/** Product of all factors. */
function product(b: NodeBuilder, ...factors: readonly [Value, ...Value[]]): Value {
  return factors.reduceRight((rest, factor) => b.op('Mul', [factor, rest]));
}

/** 1 − v */
function complement(b: NodeBuilder, v: Value): Value {
  return b.op('Sub', [b.scalar(1), v]);
}

function square(b: NodeBuilder, v: Value): Value {
  return b.op('Mul', [v, v]);
}

function alpha(fallback: number): (context: Named) => number {
  return (context) => floatAttribute(context, 'alpha', fallback);
}

/** Slope of Gelu, tanh approximation: ½(1+t) + ½x(1−t²)u′ with t = tanh u, u = √(2/π)(x + 0.044715x³). */
function geluTanhSlope(b: NodeBuilder, x: Value): Value {
  const squared = square(b, x);
  const inner = b.op('Add', [b.op('Mul', [squared, b.scalar(GELU_ROOT * GELU_CUBE)]), b.scalar(GELU_ROOT)]);
  const t = b.op('Tanh', [b.op('Mul', [x, inner])]);
  const innerSlope = b.op('Add', [b.op('Mul', [squared, b.scalar(3 * GELU_ROOT * GELU_CUBE)]), b.scalar(GELU_ROOT)]);
  const bend = b.op('Mul', [b.op('Mul', [x, innerSlope]), complement(b, square(b, t))]);
  return b.op('Mul', [b.op('Add', [b.op('Add', [t, b.scalar(1)]), bend]), b.scalar(0.5)]);
}

/** Slope of the exact Gelu: Φ(x) + x·φ(x), the normal distribution and its density. */
function geluSlope(b: NodeBuilder, x: Value): Value {
  const erf = b.op('Erf', [b.op('Mul', [x, b.scalar(Math.SQRT1_2)])]);
  const distribution = b.op('Add', [b.op('Mul', [erf, b.scalar(0.5)]), b.scalar(0.5)]);
  const bell = b.op('Exp', [b.op('Mul', [square(b, x), b.scalar(-0.5)])]);
  const density = b.op('Mul', [bell, b.scalar(1 / Math.sqrt(2 * Math.PI))]);
  return b.op('Add', [distribution, b.op('Mul', [x, density])]);
}

const GELU_ROOT = Math.sqrt(2 / Math.PI);
const GELU_CUBE = 0.044715;

function geluKernel(tf: TensorFlow, x: TfTensor, approximate: boolean): TfTensor {
  const bend = approximate
    ? tf.tanh(tf.mul(tf.add(x, tf.mul(tf.mul(tf.mul(x, x), x), GELU_CUBE)), GELU_ROOT))
    : tf.erf(tf.mul(x, Math.SQRT1_2));
  return tf.mul(tf.mul(x, 0.5), tf.add(bend, 1));
}

function isTanhApproximation(context: Named): boolean {
  const approximate = stringAttribute(context, 'approximate', 'none');
  if (approximate !== 'none' && approximate !== 'tanh')
    throw unsupported(context, `Gelu approximation "${approximate}"`);
  return approximate === 'tanh';
}

/** max(x, low) or min(x, high), each bound a scalar input that may be absent. */
const clip: OpDefinition = {
  infer: (context) => {
    for (const bound of context.inputs.slice(1)) {
      if (bound !== undefined && !sameDims(bound.dims, [])) throw shapeMismatch(context, 'a scalar as bound', bound);
    }
    return sameAsInput(context);
  },
  // As in Relu, a bound itself has slope 0. The rule looks at y, not x, so that a runtime may fuse Clip into a convolution.
  gradient: (context) => {
    const { b } = context;
    const [dy, x, y] = [incoming(context), required(context, 0), context.outputs[0] ?? required(context, 0)];
    const inside = (i: 1 | 2): Value[] => {
      const bound = context.inputs[i];
      const constant = Number(context.constant(i)?.data[0]);
      if (bound === undefined) return [];
      if (Number.isFinite(constant)) return [step(b, y, constant, i === 1 ? 1 : -1)];
      return [indicator(b, b.op(i === 1 ? 'Greater' : 'Less', [y, bound]))];
    };
    const outside = (i: 1 | 2): Value =>
      reduceProductTo(
        b,
        dy,
        indicator(b, b.op(i === 1 ? 'LessOrEqual' : 'GreaterOrEqual', [x, required(context, i)])),
        [],
      );
    return whereNeeded(
      context,
      () => product(b, dy, ...inside(1), ...inside(2)),
      () => outside(1),
      () => outside(2),
    );
  },
  kernel: (context) => {
    const { tf } = context;
    const x = required(context, 0);
    const [low, high] = context.inputs.slice(1).map((bound) => bound && broadcastKernel(tf, bound, x.shape));
    const raised = low ? tf.maximum(x, low) : x;
    return [high ? tf.minimum(raised, high) : raised];
  },
};

/** x where x > 0, elsewhere x·slope; the slope broadcasts to x. */
const prelu: OpDefinition = {
  infer: (context) => {
    const [x, slope] = [required(context, 0), required(context, 1)];
    if (!sameDims(broadcastDims(context, [x, slope]), x.dims)) {
      throw shapeMismatch(context, 'a slope that broadcasts to the input', slope);
    }
    return sameAsInput(context);
  },
  gradient: (context) => {
    const { b } = context;
    const [dy, x, slope] = [incoming(context), required(context, 0), required(context, 1)];
    return whereNeeded(
      context,
      () => whereNegative(b, dy, x, slope),
      () => reduceProductTo(b, dy, b.op('Min', [x, b.scalar(0)]), slope.dims),
    );
  },
  kernel: (context: KernelContext) => {
    const { tf } = context;
    const x = required(context, 0);
    return [tf.add(tf.relu(x), tf.mul(required(context, 1), tf.minimum(x, 0)))];
  },
};

export const activations = {
  /** The slope at 0 is 0. */
  Relu: unary(
    (tf, x) => tf.relu(x),
    (b, dy, _x, y) => b.op('Mul', [dy, positive(b, y)]),
  ),
  LeakyRelu: activation(
    alpha(0.01),
    (tf, x, slope) => tf.leakyRelu(x, slope),
    (b, dy, x, y, slope) => {
      if (slope < 0 || slope > 1) return whereNegative(b, dy, x, b.scalar(slope));
      return b.op('Mul', [dy, b.op('Clip', [positive(b, y), b.scalar(slope), b.scalar(1)])]);
    },
  ),
  PRelu: prelu,
  Elu: activation(
    alpha(1),
    (tf, x, scale) => tf.add(tf.relu(x), tf.mul(tf.expm1(tf.minimum(x, 0)), scale)),
    (b, dy, x, y, scale) => whereNegative(b, dy, x, b.op('Add', [y, b.scalar(scale)])),
  ),
  Selu: activation(
    (context) => ({
      alpha: floatAttribute(context, 'alpha', 1.6732632423543772),
      gamma: floatAttribute(context, 'gamma', 1.0507009873554805),
    }),
    (tf, x, { alpha, gamma }) => tf.mul(tf.add(tf.relu(x), tf.mul(tf.expm1(tf.minimum(x, 0)), alpha)), gamma),
    (b, dy, x, y, { alpha, gamma }) => {
      const slope = b.op('Add', [y, b.scalar(alpha * gamma)]);
      return b.op('Mul', [dy, b.op('Where', [b.op('Greater', [x, b.scalar(0)]), b.scalar(gamma), slope])]);
    },
  ),
  Celu: activation(
    alpha(1),
    (tf, x, scale) => tf.add(tf.relu(x), tf.mul(tf.expm1(tf.div(tf.minimum(x, 0), scale)), scale)),
    (b, dy, x, y, scale) => whereNegative(b, dy, x, b.op('Add', [b.op('Mul', [y, b.scalar(1 / scale)]), b.scalar(1)])),
  ),
  ThresholdedRelu: activation(
    alpha(1),
    (tf, x, threshold) => tf.mul(x, tf.step(tf.sub(x, threshold))),
    (b, dy, x, _y, threshold) => b.op('Mul', [dy, indicator(b, b.op('Greater', [x, b.scalar(threshold)]))]),
  ),
  Clip: clip,
  Sigmoid: unary(
    (tf, x) => tf.sigmoid(x),
    (b, dy, _x, y) => product(b, dy, y, unitComplement(b, y)),
  ),
  /** The slope at the two corners is 0. */
  HardSigmoid: activation(
    (context) => ({
      alpha: floatAttribute(context, 'alpha', 0.2),
      beta: floatAttribute(context, 'beta', 0.5),
    }),
    (tf, x, { alpha, beta }) => tf.clipByValue(tf.add(tf.mul(x, alpha), beta), 0, 1),
    (b, dy, _x, y, { alpha }) => {
      return product(b, dy, step(b, y, 0, 1), step(b, y, 1, -1), b.scalar(alpha));
    },
  ),
  /** x·h with h = clip(x/6 + ½, 0, 1); its slope is h + x·h′, where x·h′ is h − ½ between −3 and 3 and 0 outside. */
  HardSwish: unary(
    (tf, x) => tf.mul(x, tf.clipByValue(tf.add(tf.div(x, 6), 0.5), 0, 1)),
    (b, dy, x) => {
      const h = b.op('HardSigmoid', [x], { alpha: 1 / 6, beta: 0.5 });
      const bend = product(b, b.op('Sub', [h, b.scalar(0.5)]), step(b, h, 0, 1), step(b, h, 1, -1));
      return b.op('Mul', [dy, b.op('Add', [h, bend])]);
    },
  ),
  Tanh: unary(
    (tf, x) => tf.tanh(x),
    (b, dy, _x, y) => b.op('Mul', [dy, unitComplement(b, square(b, y))]),
  ),
  Softplus: unary(
    (tf, x) => tf.softplus(x),
    (b, dy, x) => b.op('Mul', [dy, b.op('Sigmoid', [x])]),
  ),
  /** x/(1+|x|), whose slope is (1−|y|)². */
  Softsign: unary(
    (tf, x) => tf.div(x, tf.add(tf.abs(x), 1)),
    (b, dy, _x, y) => b.op('Mul', [dy, square(b, complement(b, b.op('Abs', [y])))]),
  ),
  Gelu: activation(isTanhApproximation, geluKernel, (b, dy, x, _y, approximate) =>
    b.op('Mul', [dy, approximate ? geluTanhSlope(b, x) : geluSlope(b, x)]),
  ),
  /** x·w with w = tanh(softplus x); slope w + x·σ(x)·(1−w²). */
  Mish: unary(
    (tf, x) => tf.mul(x, tf.tanh(tf.softplus(x))),
    (b, dy, x) => {
      const w = b.op('Tanh', [b.op('Softplus', [x])]);
      const bend = b.op('Mul', [b.op('Mul', [x, b.op('Sigmoid', [x])]), complement(b, square(b, w))]);
      return b.op('Mul', [dy, b.op('Add', [w, bend])]);
    },
  ),
} satisfies OpFamily;
