/**
 * @file Convolutions in TensorFlow.js. It computes them in NHWC, and differentiates them without dilation only;
 * dilated kernels are therefore filled up with zeros.
 */
import type { Tensor4D } from '@tensorflow/tfjs-core';
import type { Convolution } from './convGradient';
import type { TensorFlow, TfTensor } from '../../graph/operator';
import { exactEnd, extentOf, type Window } from '../shared/window';

/** `[N, C, (H,) W]` to `[N, H, W, C]`. */
export function toNhwc(tf: TensorFlow, x: TfTensor): Tensor4D {
  const [n = 1, c = 1, ...size] = x.shape;
  const image: Tensor4D = tf.reshape(x, [n, c, ...asImage(size, 1)]);
  return tf.transpose(image, [0, 2, 3, 1]);
}

/** The inverse of {@link toNhwc} for a result with as many spatial axes as `rank` − 2. */
export function fromNhwc(tf: TensorFlow, x: Tensor4D, rank: number): TfTensor {
  const y = tf.transpose(x, [0, 3, 1, 2]);
  return rank === 4 ? y : tf.squeeze(y, [2]);
}

/** One number per spatial axis, or two where there is only one: a sequence is an image of height 1. */
export function asImage(values: readonly number[], fill: number): [number, number] {
  return [values.length > 1 ? (values[0] ?? fill) : fill, values.at(-1) ?? fill];
}

export function convolve(
  tf: TensorFlow,
  x: TfTensor,
  weights: TfTensor,
  { window, group, size }: Convolution,
  bias?: TfTensor,
): TfTensor {
  const padded = padNhwc(tf, toNhwc(tf, x), exactEnd(window, size).window);
  const filters = toFilters(tf, weights, window);
  const [down, across] = asImage(window.strides, 1);
  const y =
    group > 1 && group === x.shape[1] && down === across
      ? tf.depthwiseConv2d(padded, toDepthwise(tf, filters, group), [down, across], 'valid')
      : byGroup(tf, padded, filters, group, (part, filter) => tf.conv2d(part, filter, [down, across], 'valid'));
  return withBias(tf, fromNhwc(tf, y, x.rank), bias);
}

export function transposedConvolve(
  tf: TensorFlow,
  x: TfTensor,
  weights: TfTensor,
  { window, group, size }: Convolution,
  bias?: TfTensor,
): TfTensor {
  const { window: exact, unread } = exactEnd(window, size);
  const images = toNhwc(tf, x);
  const strides = asImage(window.strides, 1);
  const extent = asImage(extentOf(window), 1);
  const [n, height, width] = images.shape;
  const full = [(height - 1) * strides[0] + extent[0], (width - 1) * strides[1] + extent[1]] as const;
  const joined = byGroup(tf, images, toFilters(tf, weights, window), group, (part, filter) =>
    tf.conv2dTranspose(part, filter, [n, ...full, filter.shape[2]], strides, 'valid'),
  );
  const [begin, end, more] = [asImage(exact.begin, 0), asImage(exact.end, 0), asImage(unread, 0)];
  const kept = [full[0] - begin[0] - end[0], full[1] - begin[1] - end[1]] as const;
  const cut = tf.slice(joined, [0, begin[0], begin[1], 0], [n, ...kept, joined.shape[3]]);
  const y = tf.pad(cut, [
    [0, 0],
    [0, more[0]],
    [0, more[1]],
    [0, 0],
  ]);
  return withBias(tf, fromNhwc(tf, y, x.rank), bias);
}

/** `x` with `value` around its images, as far as the windows reach. */
export function padNhwc(tf: TensorFlow, x: Tensor4D, window: Window, value = 0): Tensor4D {
  const [begin, end] = [asImage(window.begin, 0), asImage(window.end, 0)];
  return tf.pad(
    x,
    [
      [0, 0],
      [begin[0], end[0]],
      [begin[1], end[1]],
      [0, 0],
    ],
    value,
  );
}

/** `[outputs, inputs, …kernel]` to `[height, width, inputs, outputs]`, zeros in the gaps of dilation. */
function toFilters(tf: TensorFlow, weights: TfTensor, window: Window): Tensor4D {
  const [outputs = 1, inputs = 1] = weights.shape;
  const [height, width] = asImage(window.kernel, 1);
  const [down, across] = asImage(window.dilations, 1);
  const image: Tensor4D = tf.reshape(weights, [outputs, inputs, height, width]);
  const filters = tf.transpose(image, [2, 3, 1, 0]);
  if (down === 1 && across === 1) return filters;
  const apart = tf.reshape(filters, [height, 1, width, 1, inputs * outputs]);
  const filled = tf.pad(apart, [
    [0, 0],
    [0, down - 1],
    [0, 0],
    [0, across - 1],
    [0, 0],
  ]);
  const spread: Tensor4D = tf.reshape(filled, [height * down, width * across, inputs, outputs]);
  return tf.slice(spread, [0, 0, 0, 0], [(height - 1) * down + 1, (width - 1) * across + 1, inputs, outputs]);
}

/** `[height, width, 1, channels·m]` to `[height, width, channels, m]`. */
function toDepthwise(tf: TensorFlow, filters: Tensor4D, channels: number): Tensor4D {
  const [height, width, , outputs] = filters.shape;
  return tf.reshape(filters, [height, width, channels, outputs / channels]);
}

/** Applies `f` to each group of channels and its filters. */
function byGroup(
  tf: TensorFlow,
  images: Tensor4D,
  filters: Tensor4D,
  group: number,
  f: (images: Tensor4D, filters: Tensor4D) => Tensor4D,
): Tensor4D {
  // The library cannot differentiate a split into one part.
  if (group === 1) return f(images, filters);
  const parts = tf.split<Tensor4D>(images, group, 3);
  return tf.concat(
    tf.split<Tensor4D>(filters, group, 3).map((filter, i) => f(parts[i] ?? images, filter)),
    3,
  );
}

function withBias(tf: TensorFlow, y: TfTensor, bias: TfTensor | undefined): TfTensor {
  return bias === undefined ? y : tf.add(y, tf.reshape(bias, [1, -1, ...y.shape.slice(2).map(() => 1)]));
}
