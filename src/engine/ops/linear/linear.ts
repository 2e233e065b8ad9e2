/** @file Matrix products (ONNX Gemm, MatMul). */
import type { NodeBuilder, Value } from '../../graph/nodeBuilder';
import { sameDims, showDims, sizeOf, type TensorType } from '../../graph/tensor';
import { floatAttribute, intAttribute, required, shapeMismatch } from '../shared/attributes';
import { broadcastDims, reduceTo, reshapeTo } from '../shared/broadcast';
import { broadcastKernel } from '../shared/kernels';
import type { GradientContext, OpContext, OpDefinition, OpFamily } from '../../graph/operator';
import { incoming, requireOneType, whereNeeded } from '../shared/rules';

type Named = Pick<OpContext, 'op' | 'name' | 'attributes'>;

interface GemmAttributes {
  readonly alpha: number;
  readonly beta: number;
  readonly transA: boolean;
  readonly transB: boolean;
}

function gemmAttributes(context: Named): GemmAttributes {
  return {
    alpha: floatAttribute(context, 'alpha', 1),
    beta: floatAttribute(context, 'beta', 1),
    transA: intAttribute(context, 'transA', 0) !== 0,
    transB: intAttribute(context, 'transB', 0) !== 0,
  };
}

/** y = α·A·B + β·c, where A and B may be transposed and c broadcasts to y. */
const gemm: OpDefinition = {
  infer: (context) => {
    const [a, b, c] = [required(context, 0), required(context, 1), context.inputs[2]];
    const { transA, transB } = gemmAttributes(context);
    for (const matrix of [a, b]) if (matrix.dims.length !== 2) throw shapeMismatch(context, 'a matrix', matrix);
    requireOneType(
      context,
      context.inputs.filter((input) => input !== undefined),
    );
    const [rows = 0, inner = 0] = transA ? a.dims.toReversed() : a.dims;
    const [innerB = 0, columns = 0] = transB ? b.dims.toReversed() : b.dims;
    if (inner !== innerB) throw shapeMismatch(context, `a matrix that multiplies ${showDims([rows, inner])}`, b);
    const dims = [rows, columns];
    if (c !== undefined && !sameDims(broadcastDims(context, [{ dtype: a.dtype, dims }, c]), dims)) {
      throw shapeMismatch(context, `a summand that broadcasts to ${showDims(dims)}`, c);
    }
    return [{ dtype: a.dtype, dims }];
  },
  gradient: (context) => {
    const { b } = context;
    const [left, right, dy] = [required(context, 0), required(context, 1), incoming(context)];
    const { alpha, beta, transA, transB } = gemmAttributes(context);
    const product = (x: Value, y: Value, transX: boolean, transY: boolean): Value =>
      b.op('Gemm', [x, y], { alpha, transA: Number(transX), transB: Number(transY) });
    return whereNeeded(
      context,
      () => (transA ? product(right, dy, transB, true) : product(dy, right, false, !transB)),
      () => (transB ? product(dy, left, true, transA) : product(left, dy, !transA, false)),
      () => {
        const sum = reduceTo(b, dy, required(context, 2).dims);
        return beta === 1 ? sum : b.op('Mul', [sum, b.scalar(beta)]);
      },
    );
  },
  kernel: (context) => {
    const { tf } = context;
    const { alpha, beta, transA, transB } = gemmAttributes(context);
    const product = tf.matMul(required(context, 0), required(context, 1), transA, transB);
    const scaled = alpha === 1 ? product : tf.mul(product, alpha);
    const [, , c] = context.inputs;
    return [c === undefined ? scaled : tf.add(scaled, tf.mul(c, beta))];
  },
};

/** The factors of a MatMul as stacks of matrices: a vector on the left is a row, one on the right a column. */
function asMatrices(a: readonly number[], b: readonly number[]): [left: number[], right: number[]] {
  return [a.length === 1 ? [1, ...a] : [...a], b.length === 1 ? [...b, 1] : [...b]];
}

/** Shape of the product of two stacks of matrices. */
function productDims(context: Named, left: TensorType, right: TensorType): number[] {
  const [rows = 0, inner = 0] = left.dims.slice(-2);
  const [innerRight = 0, columns = 0] = right.dims.slice(-2);
  if (inner !== innerRight) throw shapeMismatch(context, `matrices that multiply ${showDims(left.dims)}`, right);
  const stacks = [left, right].map(({ dtype, dims }) => ({ dtype, dims: dims.slice(0, -2) }));
  return [...broadcastDims(context, stacks), rows, columns];
}

const matMul: OpDefinition = {
  infer: (context) => {
    const [a, b] = [required(context, 0), required(context, 1)];
    for (const factor of [a, b]) if (factor.dims.length === 0) throw shapeMismatch(context, 'no scalar', factor);
    requireOneType(context, [a, b]);
    const [left, right] = asMatrices(a.dims, b.dims);
    const dims = productDims(context, { dtype: a.dtype, dims: left }, { dtype: a.dtype, dims: right });
    if (b.dims.length === 1) dims.splice(-1, 1);
    if (a.dims.length === 1) dims.splice(b.dims.length === 1 ? -1 : -2, 1);
    return [{ dtype: a.dtype, dims }];
  },
  gradient: (context) => {
    const { b } = context;
    const [a, c, dy] = [required(context, 0), required(context, 1), incoming(context)];
    const [leftDims, rightDims] = asMatrices(a.dims, c.dims);
    const [left, right] = [reshapeTo(b, a, leftDims), reshapeTo(b, c, rightDims)];
    const slope = reshapeTo(b, dy, productDims(context, left, right));
    return whereNeeded(
      context,
      () => reshapeTo(b, reduceTo(b, b.op('MatMul', [slope, transposed(b, right)]), leftDims), a.dims),
      () => reshapeTo(b, rightGradient(context, left, slope, rightDims), c.dims),
    );
  },
  kernel: (context) => {
    const { tf } = context;
    const [a, b] = [required(context, 0), required(context, 1)];
    const [leftDims, rightDims] = asMatrices(a.shape, b.shape);
    const [left, right] = [tf.reshape(a, leftDims), tf.reshape(b, rightDims)];
    const stack = productDims(context, { dtype: 'float32', dims: leftDims }, { dtype: 'float32', dims: rightDims });
    // The library does not differentiate a product whose factors are broadcast.
    const [x, y] = [left, right].map((factor) => {
      const matrix = factor.shape.slice(-2);
      const [rows = 1, columns = 1] = matrix;
      return tf.reshape(broadcastKernel(tf, factor, [...stack.slice(0, -2), ...matrix]), [-1, rows, columns]);
    });
    return [tf.reshape(tf.matMul(x ?? left, y ?? right), [...(context.outputTypes[0]?.dims ?? [])])];
  },
};

/** ∂loss/∂right; one large product where all matrices on the left meet the same one. */
function rightGradient({ b }: GradientContext, left: Value, dy: Value, dims: readonly number[]): Value {
  const [inner = 1, columns = 1] = dims.slice(-2);
  if (sizeOf(dims) === inner * columns && sizeOf(left.dims) * columns === sizeOf(dy.dims) * inner) {
    const rows = reshapeTo(b, left, [sizeOf(left.dims) / inner, inner]);
    return b.op('Gemm', [rows, reshapeTo(b, dy, [sizeOf(dy.dims) / columns, columns])], { transA: 1 });
  }
  return reduceTo(b, b.op('MatMul', [transposed(b, left), dy]), dims);
}

function transposed(b: NodeBuilder, x: Value): Value {
  const axes = x.dims.map((_, axis) => axis);
  const swapped = [...axes.slice(0, -2), axes.length - 1, axes.length - 2];
  return b.op('Transpose', [x], { perm: swapped });
}

export const linear = { Gemm: gemm, MatMul: matMul } satisfies OpFamily;
