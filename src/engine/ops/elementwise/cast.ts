/** @file Conversion between element types (ONNX Cast, CastLike). */
import { ModelFormatError } from '../../support/errors';
import type { DType } from '../../graph/tensor';
import { intAttribute, place, required } from '../shared/attributes';
import { foldElementwise } from '../shared/fold';
import { withoutGradient } from '../shared/kernels';
import type { KernelContext, OpContext, OpDefinition, OpFamily, TfTensor } from '../../graph/operator';

/** Numbers of ONNX `TensorProto.DataType`, as in the attribute `to` of Cast. */
export const ONNX_TYPE = {
  float32: 1,
  uint8: 2,
  int32: 6,
  int64: 7,
  bool: 9,
} as const satisfies Record<DType, number>;

/** Element type of a Cast; readers turn float16, bfloat16 and float64 into float32 beforehand. */
function target(context: Omit<OpContext, 'inputs'>): DType {
  const to = intAttribute(context, 'to');
  for (const dtype of Object.keys(ONNX_TYPE) as DType[]) if (ONNX_TYPE[dtype] === to) return dtype;
  throw new ModelFormatError('a conversion to an unknown element type', {
    place: place(context),
    expected: Object.values(ONNX_TYPE).join(', '),
    got: String(to),
  });
}

function cast(
  dtypeOf: (context: OpContext) => DType,
  kernelType: (context: KernelContext) => DType | undefined,
): OpDefinition {
  return {
    infer: (context) => [{ dtype: dtypeOf(context), dims: required(context, 0).dims }],
    // Only float to float carries a gradient; whole numbers and booleans are constant almost everywhere.
    gradient: (context) => {
      const differentiable = required(context, 0).dtype === 'float32' && context.outputs[0]?.dtype === 'float32';
      return [context.needs(0) && differentiable ? context.gradients[0] : undefined];
    },
    fold: (context, inputs, outputs) => {
      const whole = outputs[0]?.dtype !== 'float32' && outputs[0]?.dtype !== 'bool';
      return foldElementwise(whole ? Math.trunc : (x) => x)(context, inputs.slice(0, 1), outputs);
    },
    kernel: (context) => [convert(context, kernelType(context))],
  };
}

function convert(context: KernelContext, dtype: DType | undefined): TfTensor {
  const x = required(context, 0);
  if (dtype === 'float32') return context.tf.cast(x, 'float32');
  return withoutGradient(
    context.tf,
    () => (dtype === 'bool' ? context.tf.notEqual(x, context.tf.zerosLike(x)) : context.tf.cast(x, 'int32')),
    x,
  );
}

export const casts = {
  Cast: cast(target, target),
  CastLike: cast(
    (context) => required(context, 1).dtype,
    (context) => context.outputTypes[0]?.dtype,
  ),
} satisfies OpFamily;
