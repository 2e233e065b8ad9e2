/** @file Values between Keras layers: their shape in Keras's terms and how the graph stores them. */
import type { Dim } from '../../graph/graph';

/**
 * `dims` is the shape as Keras sees it, batch first. `order` tells how the graph stores the value: `keras` as it is,
 * `nchw` (rank 4 only) for a channels-last value that the graph keeps as `[N, C, H, W]`.
 */
export interface KerasTensor {
  /** Value name in the graph. */
  readonly value: string;
  readonly dims: readonly Dim[];
  readonly order: 'keras' | 'nchw';
}

/** Axis of the stored value for each Keras axis of a channels-last image. */
export const NCHW_AXES = [0, 2, 3, 1] as const;

/** Keras axis, channels last, of each axis of `[N, C, H, W]`. */
export const KERAS_AXES = [0, 3, 1, 2] as const;

/** Where Keras axis `axis` (0 ≤ axis < rank) stands in the stored value. */
export function storedAxis(tensor: KerasTensor, axis: number): number {
  return tensor.order === 'nchw' ? (NCHW_AXES[axis] ?? axis) : axis;
}

/** Product of dimensions; `null` where one of them is open. */
export function product(dims: readonly Dim[]): Dim {
  return dims.reduce<Dim>((total, dim) => (total === null || dim === null ? null : total * dim), 1);
}

/** NumPy broadcasting of two shapes of equal rank; `undefined` where they do not fit. An open dimension fits anything. */
export function broadcast(a: readonly Dim[], b: readonly Dim[]): Dim[] | undefined {
  const dims: Dim[] = [];
  for (const [axis, left] of a.entries()) {
    const right = b[axis] ?? null;
    if (left === right || right === 1) dims.push(left);
    else if (left === 1 || left === null) dims.push(right);
    else if (right === null) dims.push(left);
    else return undefined;
  }
  return dims;
}
