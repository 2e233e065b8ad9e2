/** @file Comparisons, logic and selection (ONNX Equal, And, Where, …). */
import { required } from '../shared/attributes';
import { broadcastDims, reduceProductTo } from '../shared/broadcast';
import { foldElementwise } from '../shared/fold';
import { broadcastKernel, withoutGradient } from '../shared/kernels';
import type { OpDefinition, OpFamily, TensorFlow, TfTensor } from '../../graph/operator';
import { incoming, indicator, requireOneType, whereNeeded } from '../shared/rules';

/** A condition on two inputs, broadcast together. */
function comparison(
  holds: (x: number, y: number) => boolean,
  kernel: (tf: TensorFlow, x: TfTensor, y: TfTensor) => TfTensor,
): OpDefinition {
  return {
    infer: (context) => {
      const types = [required(context, 0), required(context, 1)];
      requireOneType(context, types);
      return [{ dtype: 'bool', dims: broadcastDims(context, types) }];
    },
    gradient: 'none',
    fold: foldElementwise((x, y) => Number(holds(x, y))),
    kernel: ({ tf, ...context }) => {
      const [x, y] = [required(context, 0), required(context, 1)];
      return [withoutGradient(tf, () => kernel(tf, x, y), x, y)];
    },
  };
}

/** A condition on one input. */
function test(holds: (x: number) => boolean, kernel: (tf: TensorFlow, x: TfTensor) => TfTensor): OpDefinition {
  return {
    infer: (context) => [{ dtype: 'bool', dims: required(context, 0).dims }],
    gradient: 'none',
    fold: foldElementwise((x) => Number(holds(x))),
    kernel: ({ tf, ...context }) => [withoutGradient(tf, (x) => kernel(tf, x), required(context, 0))],
  };
}

/** condition ? x : y */
const where: OpDefinition = {
  infer: (context) => {
    const [condition, x, y] = [required(context, 0), required(context, 1), required(context, 2)];
    requireOneType(context, [x, y]);
    return [{ dtype: x.dtype, dims: broadcastDims(context, [condition, x, y]) }];
  },
  gradient: (context) => {
    const { b } = context;
    const [dz, condition] = [incoming(context), required(context, 0)];
    const [x, y] = [required(context, 1), required(context, 2)];
    return whereNeeded(
      context,
      () => undefined,
      () => reduceProductTo(b, dz, indicator(b, condition), x.dims),
      () => reduceProductTo(b, dz, indicator(b, b.op('Not', [condition])), y.dims),
    );
  },
  fold: foldElementwise((condition, x, y) => (condition === 0 ? y : x)),
  kernel: ({ tf, outputTypes, ...context }) => {
    const broadcast = (i: number): TfTensor => broadcastKernel(tf, required(context, i), outputTypes[0]?.dims ?? []);
    return [tf.where(broadcast(0), broadcast(1), broadcast(2))];
  },
};

export const comparisons = {
  Equal: comparison(
    (x, y) => x === y,
    (tf, x, y) => tf.equal(x, y),
  ),
  Greater: comparison(
    (x, y) => x > y,
    (tf, x, y) => tf.greater(x, y),
  ),
  GreaterOrEqual: comparison(
    (x, y) => x >= y,
    (tf, x, y) => tf.greaterEqual(x, y),
  ),
  Less: comparison(
    (x, y) => x < y,
    (tf, x, y) => tf.less(x, y),
  ),
  LessOrEqual: comparison(
    (x, y) => x <= y,
    (tf, x, y) => tf.lessEqual(x, y),
  ),
  And: comparison(
    (x, y) => x !== 0 && y !== 0,
    (tf, x, y) => tf.logicalAnd(x, y),
  ),
  Or: comparison(
    (x, y) => x !== 0 || y !== 0,
    (tf, x, y) => tf.logicalOr(x, y),
  ),
  Not: test(
    (x) => x === 0,
    (tf, x) => tf.logicalNot(x),
  ),
  IsNaN: test(Number.isNaN, (tf, x) => tf.isNaN(x)),
  Where: where,
} satisfies OpFamily;
