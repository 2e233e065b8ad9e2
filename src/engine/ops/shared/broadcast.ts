/** @file NumPy-style broadcasting, forwards and backwards. */
import type { NodeBuilder, Value } from '../../graph/nodeBuilder';
import { sameDims, showDims, type TensorType } from '../../graph/tensor';
import { shapeMismatch } from './attributes';

/** The common shape of several inputs; throws a named error where there is none. */
export function broadcastDims(context: { op: string; name: string }, types: readonly TensorType[]): number[] {
  const rank = Math.max(...types.map((type) => type.dims.length));
  const dims = new Array<number>(rank).fill(1);
  for (const type of types) {
    type.dims.forEach((dim, i) => {
      const axis = rank - type.dims.length + i;
      const seen = dims[axis] ?? 1;
      if (dim === seen || dim === 1) return;
      if (seen !== 1) throw shapeMismatch(context, `a shape that broadcasts with ${showDims(dims)}`, type);
      dims[axis] = dim;
    });
  }
  return dims;
}

/** Sums `value` down to `dims`: the transpose of broadcasting `dims` up to the shape of `value`. */
export function reduceTo(b: NodeBuilder, value: Value, dims: readonly number[]): Value {
  if (sameDims(value.dims, dims)) return value;
  const lead = value.dims.length - dims.length;
  const axes = value.dims.flatMap((dim, axis) => (axis < lead || (dims[axis - lead] === 1 && dim !== 1) ? [axis] : []));
  const sum = axes.length === 0 ? value : b.op('ReduceSum', [value, b.ints(axes)], { keepdims: 1 });
  return reshapeTo(b, sum, dims);
}

/**
 * Sums `value · factor` (or `value / factor`) down to `dims`. Axes that only `value` has are summed before the
 * product, so that the gradient of a factor that was broadcast over a batch never multiplies the whole batch.
 */
export function reduceProductTo(
  b: NodeBuilder,
  value: Value,
  factor: Value,
  dims: readonly number[],
  op: 'Mul' | 'Div' = 'Mul',
): Value {
  const rank = value.dims.length;
  const at = (shape: readonly number[], axis: number): number => shape[axis - rank + shape.length] ?? 1;
  const early = value.dims.map((dim, axis) => (at(dims, axis) === 1 && at(factor.dims, axis) === 1 ? 1 : dim));
  return reduceTo(b, b.op(op, [reduceTo(b, value, early), factor]), dims);
}

/** Broadcasts `value` up to `dims`. */
export function expandTo(b: NodeBuilder, value: Value, dims: readonly number[]): Value {
  return sameDims(value.dims, dims) ? value : b.op('Expand', [value, b.ints(dims)]);
}

/** `value` with another shape of the same size. */
export function reshapeTo(b: NodeBuilder, value: Value, dims: readonly number[]): Value {
  return sameDims(value.dims, dims) ? value : b.op('Reshape', [value, b.ints(dims)]);
}
