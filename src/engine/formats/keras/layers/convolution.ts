/** @file Convolution layers. */
import { activate } from './activationFunctions';
import { keras } from './kernels';
import type { Images, LayerBuilder, LayerFamily } from './layerBuilder';
import type { KerasTensor } from '../kerasTensor';
import { extent, padding, windowed, windowOf, type Window } from './window';

export const convolutions = {
  Conv2D: (layer) => {
    const images = layer.images();
    const window = windowOf(layer, 'kernel_size', [1, 1]);
    const filters = layer.config.integer('filters', undefined, 1);
    const groups = layer.config.integer('groups', 1, 1);
    if (images.channels % groups !== 0 || filters % groups !== 0) {
      throw layer.error(
        'the groups do not divide the channels',
        `multiples of ${groups}`,
        `${images.channels}, ${filters}`,
      );
    }
    const kernel = keras.convolution(layer, window.size, images.channels / groups, filters);
    return finish(layer, convolve(layer, images, window, filters, groups, [kernel, ...bias(layer, filters)]));
  },

  DepthwiseConv2D: (layer) => {
    const images = layer.images();
    const window = windowOf(layer, 'kernel_size', [1, 1]);
    const filters = images.channels * layer.config.integer('depth_multiplier', 1, 1);
    const kernel = keras.depthwise(layer, window.size, images.channels, filters / images.channels);
    return finish(layer, convolve(layer, images, window, filters, images.channels, [kernel, ...bias(layer, filters)]));
  },

  SeparableConv2D: (layer) => {
    const images = layer.images();
    const window = windowOf(layer, 'kernel_size', [1, 1]);
    const middle = images.channels * layer.config.integer('depth_multiplier', 1, 1);
    const filters = layer.config.integer('filters', undefined, 1);
    const kernel = keras.depthwise(layer, window.size, images.channels, middle / images.channels);
    const depthwise = convolve(layer, images, window, middle, images.channels, [kernel], 'depthwise');
    const point: Window = { size: [1, 1], strides: [1, 1], dilations: [1, 1], same: false };
    const pointwise = keras.pointwise(layer, middle, filters);
    return finish(layer, convolve(layer, depthwise, point, filters, 1, [pointwise, ...bias(layer, filters)]));
  },

  Conv2DTranspose: (layer) => {
    const images = layer.images();
    const window = windowOf(layer, 'kernel_size', [1, 1]);
    const filters = layer.config.integer('filters', undefined, 1);
    const extra =
      layer.config.raw('output_padding') === undefined ? undefined : layer.config.pair('output_padding', undefined, 0);
    const vertical = transposedPadding(window, 0, extra?.[0]);
    const horizontal = transposedPadding(window, 1, extra?.[1]);
    const kernel = keras.transposed(layer, window.size, images.channels, filters);
    const value = layer.op('ConvTranspose', [images.value, kernel, ...bias(layer, filters)], {
      kernel_shape: window.size,
      strides: window.strides,
      dilations: window.dilations,
      pads: [vertical.before, horizontal.before, vertical.after, horizontal.after],
      output_padding: [vertical.extra, horizontal.extra],
    });
    const grow = (length: number | null, stride: number, by: number): number | null =>
      length === null ? null : length * stride + by;
    return finish(layer, {
      value,
      channels: filters,
      height: grow(images.height, window.strides[0], vertical.growth),
      width: grow(images.width, window.strides[1], horizontal.growth),
    });
  },
} satisfies LayerFamily;

function convolve(
  layer: LayerBuilder,
  images: Images,
  window: Window,
  filters: number,
  groups: number,
  weights: readonly string[],
  part = '',
): Images {
  const value = layer.op(
    'Conv',
    [images.value, ...weights],
    {
      kernel_shape: window.size,
      strides: window.strides,
      dilations: window.dilations,
      group: groups,
      ...padding(layer, images, window),
    },
    part,
  );
  return { value, channels: filters, ...windowed(layer, images, window) };
}

function bias(layer: LayerBuilder, filters: number): string[] {
  return layer.config.boolean('use_bias', true) ? [layer.weight('bias', [filters])] : [];
}

function finish(layer: LayerBuilder, images: Images): KerasTensor {
  return activate(layer, layer.fromImages(images), layer.config.raw('activation'));
}

/**
 * Padding of a transposed convolution along one axis: Keras's output length is `input·stride + growth`, and TensorFlow
 * crops what the kernel writes beyond it, the odd pixel at the end.
 */
function transposedPadding(
  window: Window,
  axis: 0 | 1,
  outputPadding: number | undefined,
): { before: number; after: number; extra: number; growth: number } {
  const overlap = extent(window, axis) - window.strides[axis];
  const growth =
    outputPadding === undefined
      ? window.same
        ? 0
        : Math.max(overlap, 0)
      : overlap - (window.same ? 2 * Math.floor(extent(window, axis) / 2) : 0) + outputPadding;
  const cropped = Math.max(0, overlap - growth);
  const before = Math.floor(cropped / 2);
  return { before, after: cropped - before, extra: Math.max(0, growth - overlap), growth };
}
