/** @file Pools in TensorFlow.js, which has none that are dilated and strided at once. */
import { asImage, convolve, fromNhwc, padNhwc, toNhwc } from '../convolution/convKernel';
import type { TensorFlow, TfTensor } from '../../graph/operator';
import { readable, type Pool } from './poolGeometry';
import { exactEnd, windowSize } from '../shared/window';

/** Stands for "no element" in the padding of a maximum. */
const LOWEST = -3.4028234663852886e38;

export function maxKernel(tf: TensorFlow, x: TfTensor, pool: Pool): TfTensor {
  const { window } = exactEnd(pool.window, pool.size);
  if (window.dilations.some((dilation) => dilation > 1)) return dilatedMaximum(tf, x, pool);
  const padded = padNhwc(tf, toNhwc(tf, x), window, LOWEST);
  return fromNhwc(tf, tf.maxPool(padded, asImage(window.kernel, 1), asImage(window.strides, 1), 'valid'), x.rank);
}

/** The elements of each window side by side, then their maximum. */
function dilatedMaximum(tf: TensorFlow, x: TfTensor, pool: Pool): TfTensor {
  const { window, size } = pool;
  const count = windowSize(window);
  const selectors = tf.reshape(tf.eye(count), [count, 1, ...window.kernel]);
  const columns = convolve(tf, oneChannel(tf, x), selectors, { window, size, group: 1 });
  const inside = tf.tensor(readable(pool), [1, count, ...window.output]);
  const maxima = tf.max(tf.add(columns, tf.mul(tf.sub(1, inside), LOWEST)), 1);
  return tf.reshape(maxima, [...x.shape.slice(0, 2), ...window.output]);
}

/** `counts`: what each window divides its sum by. */
export function averageKernel(tf: TensorFlow, x: TfTensor, { window, size }: Pool, counts: Float32Array): TfTensor {
  const ones = tf.ones([1, 1, ...window.kernel]);
  const sums = convolve(tf, oneChannel(tf, x), ones, { window, size, group: 1 });
  const means = tf.div(sums, tf.tensor(counts, [1, 1, ...window.output]));
  return tf.reshape(means, [...x.shape.slice(0, 2), ...window.output]);
}

/** Every channel as an image of its own. */
function oneChannel(tf: TensorFlow, x: TfTensor): TfTensor {
  const [n = 1, channels = 1, ...size] = x.shape;
  return tf.reshape(x, [n * channels, 1, ...size]);
}
