/** @file Normalizations in inference (ONNX BatchNormalization, LayerNormalization, GroupNormalization, LRN, …). */
import type { NodeBuilder, Value } from '../../graph/nodeBuilder';
import { float32, floats } from '../../graph/tensor';
import { floatAttribute, intAttribute, required, unsupported } from '../shared/attributes';
import { reshapeTo } from '../shared/broadcast';
import { localResponseNormalization } from './localResponse';
import type { GradientContext, OpContext, OpDefinition, OpFamily } from '../../graph/operator';
import { channelDims, inferPerChannel } from '../shared/perChannel';
import { groupNormalization, layerNormalization } from './rowNormalization';
import { incoming, whereNeeded } from '../shared/rules';

function epsilonOf(context: Pick<OpContext, 'op' | 'name' | 'attributes'>): number {
  return floatAttribute(context, 'epsilon', 1e-5);
}

/** Sum over all axes but the channels: `[C]`. */
function sumToChannels(b: NodeBuilder, x: Value): Value {
  const axes = x.dims.flatMap((_, axis) => (axis === 1 ? [] : [axis]));
  return b.op('ReduceSum', [x, b.ints(axes)], { keepdims: 0 });
}

/** 1/√(variance + ε), as a constant where the variance is one. */
function inverseDeviation(context: GradientContext): Value {
  const { b } = context;
  const epsilon = epsilonOf(context);
  const known = context.constant(4);
  if (known === undefined) {
    return b.op('Reciprocal', [b.op('Sqrt', [b.op('Add', [required(context, 4), b.scalar(epsilon)])])]);
  }
  return b.constant(
    float32(
      known.dims,
      floats(known).map((variance) => 1 / Math.sqrt(variance + epsilon)),
    ),
  );
}

/** Slope of the output with respect to x, `[C]`; constant where scale and variance are. */
function batchSlope(context: GradientContext): Value {
  const { b } = context;
  const [scale, variance] = [context.constant(1), context.constant(4)];
  if (scale === undefined || variance === undefined) {
    return b.op('Mul', [required(context, 1), inverseDeviation(context)]);
  }
  const epsilon = epsilonOf(context);
  const slope = floats(scale).map((factor, c) => factor / Math.sqrt((floats(variance)[c] ?? 0) + epsilon));
  return b.constant(float32(scale.dims, slope), 'slope');
}

/** Inputs x, scale, bias, mean, variance. Mean and variance are frozen: no gradient. */
const batchNormalization: OpDefinition = {
  infer: (context) => {
    if (intAttribute(context, 'training_mode', 0) !== 0) throw unsupported(context, 'training mode');
    if (context.outputCount > 1) throw unsupported(context, 'the output of running statistics');
    return inferPerChannel(context, 4);
  },
  gradient: (context) => {
    const { b } = context;
    const [x, dy] = [required(context, 0), incoming(context)];
    const dims = channelDims(x.dims);
    return whereNeeded(
      context,
      () => b.op('Mul', [dy, reshapeTo(b, batchSlope(context), dims)]),
      () => {
        const centred = b.op('Sub', [x, reshapeTo(b, required(context, 3), dims)]);
        return b.op('Mul', [sumToChannels(b, b.op('Mul', [dy, centred])), inverseDeviation(context)]);
      },
      () => sumToChannels(b, dy),
    );
  },
  kernel: (context) => {
    const { tf } = context;
    const x = required(context, 0);
    const dims = channelDims(x.shape);
    const [scale, bias, mean, variance] = [1, 2, 3, 4].map((i) => tf.reshape(required(context, i), dims));
    if (scale === undefined || bias === undefined || mean === undefined || variance === undefined) return [];
    const deviation = tf.sqrt(tf.add(variance, epsilonOf(context)));
    return [tf.add(tf.mul(tf.div(tf.sub(x, mean), deviation), scale), bias)];
  },
};

export const normalizations = {
  BatchNormalization: batchNormalization,
  LayerNormalization: layerNormalization,
  GroupNormalization: groupNormalization,
  InstanceNormalization: groupNormalization,
  LRN: localResponseNormalization,
} satisfies OpFamily;
