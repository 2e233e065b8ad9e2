/** @file Elementwise arithmetic with broadcasting (ONNX Add, Sub, Mul, …). */
import type { Value } from '../graph/builder';
import { required } from './attributes';
import { broadcastDims, reduceTo } from './broadcast';
import type { GradientContext, OpContext, OpFamily } from './op';
import type { TensorType } from '../graph/tensor';

function inferBinary(context: OpContext): TensorType[] {
  const types = [required(context, 0), required(context, 1)];
  return [{ dtype: required(context, 0).dtype, dims: broadcastDims(context, types) }];
}

/** The gradient that flows into a single-output node. */
export function incoming(context: GradientContext): Value {
  const [gradient] = context.gradients;
  if (gradient === undefined) throw new RangeError(`${context.op} "${context.name}" got no gradient`);
  return gradient;
}

export const elementwise = {
  Add: {
    infer: inferBinary,
    gradient: (context) => {
      const gradient = incoming(context);
      return [0, 1].map((i) =>
        context.needs(i) ? reduceTo(context.b, gradient, required(context, i).dims) : undefined,
      );
    },
    kernel: (context) => [context.tf.add(required(context, 0), required(context, 1))],
  },
} satisfies OpFamily;
