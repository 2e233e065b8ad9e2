/** @file What TensorFlow.js lacks and several kernels need. */
import type { TensorFlow, TfTensor } from '../../graph/operator';

/** `x` broadcast up to `dims`. The library's own has no gradient above rank 4. */
export function broadcastKernel(tf: TensorFlow, x: TfTensor, dims: readonly number[]): TfTensor {
  if (x.dtype === 'bool') return tf.cast(broadcastKernel(tf, tf.cast(x, 'int32'), dims), 'bool');
  return tf.add(x, tf.zeros([...dims], x.dtype));
}

/** `f(...inputs)` as a constant for differentiation, where the library would pass a gradient on or know none. */
export function withoutGradient(
  tf: TensorFlow,
  f: (...inputs: TfTensor[]) => TfTensor,
  ...inputs: TfTensor[]
): TfTensor {
  const constant = tf.customGrad(() => ({
    value: f(...inputs),
    // Only the shapes: the inputs themselves may be freed by the time the gradient is taken.
    gradFunc: () => inputs.map(({ shape }) => tf.zeros(shape)),
  }));
  return constant(...inputs);
}
