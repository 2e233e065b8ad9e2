/** @file Pieces of gradient graphs that stay in the blocked layout of ONNX Runtime's convolutions. */
import type { GraphBuilder, Value } from '../graph/builder';
import { float32, sizeOf } from '../graph/tensor';

/** Every spatial element repeated `factors` times along its axis. */
export function repeatNearest(b: GraphBuilder, x: Value, factors: readonly number[]): Value {
  if (factors.every((factor) => factor === 1)) return x;
  const scales = b.constant(float32([factors.length + 2], [1, 1, ...factors]), 'scales');
  return b.op('Resize', [x, undefined, scales], {
    mode: 'nearest',
    coordinate_transformation_mode: 'asymmetric',
    nearest_mode: 'floor',
  });
}

/**
 * `factor · x` without the last `dropped` elements of each spatial axis, as a depthwise convolution: unlike Mul and
 * Slice it takes and leaves the blocked layout.
 */
export function scaledConvolution(
  b: GraphBuilder,
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
