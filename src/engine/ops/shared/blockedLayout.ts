/**
 * @file Pieces of gradient graphs that ONNX Runtime computes in the blocked layout of its convolutions. Comparisons,
 * Slice, or Mul by a scalar would do the same, but each would have the tensor reordered before and after
 * (measured in docs/gradients.md).
 */
import type { NodeBuilder, Value } from '../../graph/nodeBuilder';
import { float32, sizeOf } from '../../graph/tensor';

/** The largest power of two in float32: every normal number times it is at least 1, so that a HardSigmoid is a step. */
const STEEP = 2 ** 127;

/**
 * 1 where `x` is above (`side` 1) or below (−1) the constant `bound`, else 0: a HardSigmoid so steep around the bound that
 * the next float32 is past its corner.
 */
export function step(b: NodeBuilder, x: Value, bound: number, side: 1 | -1): Value {
  const steepness = side * Math.min(STEEP, 2 ** (86 - Math.floor(Math.log2(Math.abs(bound)))));
  return b.op('HardSigmoid', [x], { alpha: steepness, beta: 0 - steepness * bound });
}

/** 1 where `x` > 0, else 0. */
export function positive(b: NodeBuilder, x: Value): Value {
  return step(b, x, 0, 1);
}

/** 1 where `x` = 0, else 0; `x` must not be negative. */
export function vanishing(b: NodeBuilder, x: Value): Value {
  return b.op('HardSigmoid', [x], { alpha: -STEEP, beta: 1 });
}

/** 1 − x for x between 0 and 1. */
export function unitComplement(b: NodeBuilder, x: Value): Value {
  return b.op('HardSigmoid', [x], { alpha: -1, beta: 1 });
}

/** Every spatial element repeated `factors` times along its axis. */
export function repeated(b: NodeBuilder, x: Value, factors: readonly number[]): Value {
  if (factors.every((factor) => factor === 1)) return x;
  const scales = b.constant(float32([factors.length + 2], [1, 1, ...factors]), 'scales');
  return b.op('Resize', [x, undefined, scales], {
    mode: 'nearest',
    coordinate_transformation_mode: 'asymmetric',
    nearest_mode: 'floor',
  });
}

/** `factor · x` without the last `dropped` elements of each spatial axis, as a depthwise convolution. */
export function scaled(
  b: NodeBuilder,
  x: Value,
  factor: number,
  dropped: readonly number[] = x.dims.slice(2).map(() => 0),
): Value {
  const [, channels = 1] = x.dims;
  const kernel = dropped.map((count) => count + 1);
  const weights = new Float32Array(channels * sizeOf(kernel));
  for (let channel = 0; channel < channels; channel++) weights[channel * sizeOf(kernel)] = factor;
  const constant = b.constant(float32([channels, 1, ...kernel], weights), 'scale');
  return b.op('Conv', [x, constant], { group: channels, kernel_shape: kernel });
}
