/** @file Parameters with one number per channel. */
import { sameDims, type TensorType } from '../../graph/tensor';
import { required, shapeMismatch } from './attributes';
import type { OpContext } from '../../graph/operator';
import { requireOneType } from './rules';

/** `[C]` as `[1, C, 1, …]`, to broadcast with a tensor of shape `dims`. */
export function channelDims(dims: readonly number[]): number[] {
  return dims.map((dim, axis) => (axis === 1 ? dim : 1));
}

/** Checks that inputs 1 to `count` are `[C]`, and returns the type of the output, which is that of x. */
export function inferPerChannel(context: OpContext, count: number): TensorType[] {
  const x = required(context, 0);
  if (x.dims.length < 2) throw shapeMismatch(context, 'batch and channels', x);
  const parameters = Array.from({ length: count }, (_, i) => required(context, i + 1));
  requireOneType(context, [x, ...parameters]);
  for (const parameter of parameters) {
    if (!sameDims(parameter.dims, x.dims.slice(1, 2))) {
      throw shapeMismatch(context, `one number for each of ${String(x.dims[1])} channels`, parameter);
    }
  }
  return [{ dtype: x.dtype, dims: x.dims }];
}
