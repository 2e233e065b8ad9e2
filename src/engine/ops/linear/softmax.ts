/** @file Softmax and LogSoftmax along any axis. */
import type { NodeBuilder, Value } from '../../graph/nodeBuilder';
import { intAttribute, normalizeAxis, required } from '../shared/attributes';
import type { OpDefinition, OpFamily, TensorFlow, TfTensor } from '../../graph/operator';
import { incoming, sameAsInput } from '../shared/rules';

function alongAxis(
  kernel: (tf: TensorFlow, x: TfTensor) => TfTensor,
  gradient: (b: NodeBuilder, dy: Value, y: Value, sum: (value: Value) => Value) => Value,
): OpDefinition {
  const axisOf = (context: Parameters<typeof intAttribute>[0], rank: number): number =>
    normalizeAxis(context, intAttribute(context, 'axis', -1), rank);
  return {
    infer: (context) => {
      axisOf(context, required(context, 0).dims.length);
      return sameAsInput(context);
    },
    gradient: (context) => {
      const { b } = context;
      const [y] = context.outputs;
      if (!context.needs(0) || y === undefined) return [];
      const axes = b.ints([axisOf(context, y.dims.length)]);
      return [gradient(b, incoming(context), y, (value) => b.op('ReduceSum', [value, axes], { keepdims: 1 }))];
    },
    // TensorFlow.js works along the last axis only.
    kernel: (context) => {
      const { tf } = context;
      const x = required(context, 0);
      const axis = axisOf(context, x.rank);
      const swap = x.shape.map((_, i) => (i === axis ? x.rank - 1 : i === x.rank - 1 ? axis : i));
      return [tf.transpose(kernel(tf, tf.transpose(x, swap)), swap)];
    },
  };
}

export const softmax = {
  /** ∂x = y·(∂y − Σ y·∂y) */
  Softmax: alongAxis(
    (tf, x) => tf.softmax(x),
    (b, dy, y, sum) => b.op('Mul', [y, b.op('Sub', [dy, sum(b.op('Mul', [dy, y]))])]),
  ),
  /** ∂x = ∂y − exp(y)·Σ ∂y; exp(y) is at most 1, so that nothing overflows. */
  LogSoftmax: alongAxis(
    (tf, x) => tf.logSoftmax(x),
    (b, dy, y, sum) => b.op('Sub', [dy, b.op('Mul', [b.op('Exp', [y]), sum(dy)])]),
  ),
} satisfies OpFamily;
