/** @file Constants as inputs of operator cases. */
import { bool, float32, int64, type Tensor } from '../../src/engine/graph/tensor';

/** A 1-D int64 constant: axes, shapes, pads. */
export function ints(...values: number[]): { constant: Tensor } {
  return { constant: int64([values.length], values) };
}

/** A scalar int64 constant. */
export function int(value: number): { constant: Tensor } {
  return { constant: int64([], [value]) };
}

/** A scalar float32 constant. */
export function float(value: number): { constant: Tensor } {
  return { constant: float32([], [value]) };
}

/** An int64 tensor fed at run time. */
export function fedInts(dims: readonly number[], values: readonly number[]): { feed: Tensor } {
  return { feed: int64(dims, values) };
}

/** A float32 tensor fed at run time and not differentiated. */
export function fedFloats(dims: readonly number[], values: readonly number[]): { feed: Tensor } {
  return { feed: float32(dims, values) };
}

/** A bool tensor fed at run time, from 1 and 0. */
export function fedBools(dims: readonly number[], values: readonly number[]): { feed: Tensor } {
  return { feed: bool(dims, values.map(Boolean)) };
}
