/** @file Operators that make shapes and constants (ONNX Shape, Size, Range, ConstantOfShape). */
import { ModelFormatError } from '../../support/errors';
import { int64, sizeOf, zeros, type TensorType } from '../../graph/tensor';
import { constantInts, intAttribute, place, required, unsupported } from '../shared/attributes';
import { fromElements, single } from '../shared/fold';
import type { OpContext, OpDefinition, OpFamily } from '../../graph/operator';
import { constantDims, requireOneType } from '../shared/rules';

function shapeOf(context: Pick<OpContext, 'op' | 'name' | 'attributes'>, dims: readonly number[]): number[] {
  // Array.prototype.slice clamps and counts negative positions from the end, as ONNX does.
  return dims.slice(intAttribute(context, 'start', 0), intAttribute(context, 'end', dims.length));
}

const shape: OpDefinition = {
  infer: (context) => [{ dtype: 'int64', dims: [shapeOf(context, required(context, 0).dims).length] }],
  gradient: 'none',
  fold: (context) => {
    const dims = shapeOf(context, required(context, 0).dims);
    return [int64([dims.length], dims)];
  },
  kernel: (context) => [context.tf.tensor1d(shapeOf(context, required(context, 0).shape), 'int32')],
};

const size: OpDefinition = {
  infer: () => [{ dtype: 'int64', dims: [] }],
  gradient: 'none',
  fold: (context) => [int64([], [sizeOf(required(context, 0).dims)])],
  kernel: (context) => [context.tf.scalar(required(context, 0).size, 'int32')],
};

/** First value, step and number of values of Range. */
function progression(context: Pick<OpContext, 'op' | 'name' | 'constant'> & { inputs: readonly unknown[] }): {
  start: number;
  step: number;
  length: number;
} {
  const [start = NaN, limit = NaN, step = NaN] = [0, 1, 2].map((i) => constantInts(context, i)?.[0] ?? NaN);
  const length = Math.max(0, Math.ceil((limit - start) / step));
  if (Number.isSafeInteger(length)) return { start, step, length };
  throw new ModelFormatError('the range is impossible', {
    place: place(context),
    expected: 'finite start, limit and step other than 0',
    got: [start, limit, step].join(', '),
  });
}

const range: OpDefinition = {
  infer: (context) => {
    const types = [required(context, 0), required(context, 1), required(context, 2)];
    requireOneType(context, types);
    return [{ dtype: required(context, 0).dtype, dims: [progression(context).length] }];
  },
  gradient: 'none',
  fold: (context, _inputs, [output]) => {
    if (output === undefined) return undefined;
    const { start, step, length } = progression(context);
    return single(
      fromElements(
        output,
        Array.from({ length }, (_, i) => start + i * step),
      ),
    );
  },
  kernel: (context) => {
    const { start, step, length } = progression(context);
    const values = Array.from({ length }, (_, i) => start + i * step);
    return [context.tf.tensor1d(values, context.outputTypes[0]?.dtype === 'float32' ? 'float32' : 'int32')];
  },
};

/**
 * Zeros of the given shape. Attributes of a graph hold no tensors: readers turn a ConstantOfShape with another `value`
 * into an Expand of that value.
 */
const constantOfShape: OpDefinition = {
  infer: (context) => {
    if (context.attributes.value !== undefined) throw unsupported(context, 'attribute "value"');
    return [{ dtype: 'float32', dims: constantDims(context, 0) }];
  },
  gradient: 'none',
  fold: (_context, _inputs, [output]: readonly TensorType[]) => output && [zeros(output)],
  kernel: (context) => [context.tf.zeros([...(context.outputTypes[0]?.dims ?? [])])],
};

export const shapeOperators = {
  Shape: shape,
  Size: size,
  Range: range,
  ConstantOfShape: constantOfShape,
} satisfies OpFamily;
