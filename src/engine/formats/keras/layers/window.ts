/** @file Sliding windows of convolutions and pools: output sizes and padding as TensorFlow computes them. */
import type { Attributes, Dim } from '../../../graph/graph';
import type { Images, LayerBuilder } from './layerBuilder';

type Pair = readonly [number, number];

export interface Window {
  readonly size: Pair;
  readonly strides: Pair;
  readonly dilations: Pair;
  readonly same: boolean;
}

/** The window of a layer whose size stands under `sizeKey`; without strides, pools move by their size. */
export function windowOf(layer: LayerBuilder, sizeKey: string, defaultStrides?: Pair): Window {
  const { config } = layer;
  const size = config.pair(sizeKey);
  const padding = config.string('padding', 'valid').toLowerCase();
  if (padding !== 'valid' && padding !== 'same') throw layer.unsupported(`padding "${padding}"`);
  return {
    size,
    strides: config.pair('strides', defaultStrides ?? size),
    dilations: config.pair('dilation_rate', [1, 1]),
    same: padding === 'same',
  };
}

/** Height and width after the window has passed; throws where it is larger than the image. */
export function windowed(layer: LayerBuilder, images: Images, window: Window): { height: Dim; width: Dim } {
  const along = (axis: 0 | 1, length: Dim): Dim => {
    if (length === null) return null;
    const { strides, same } = window;
    const result = same
      ? Math.ceil(length / strides[axis])
      : Math.floor((length - extent(window, axis)) / strides[axis]) + 1;
    if (result >= 1) return result;
    throw layer.error('the window is larger than the image', `at least ${extent(window, axis)} pixels`, String(length));
  };
  return { height: along(0, images.height), width: along(1, images.width) };
}

/**
 * ONNX attributes for the padding. TensorFlow's "same" puts the odd pixel at the end; where its amount depends on an
 * open image size, `auto_pad` leaves it to the runtime. Theano puts half a window on both sides.
 */
export function padding(layer: LayerBuilder, images: Images, window: Window): Attributes {
  if (!window.same) return { pads: [0, 0, 0, 0] };
  const vertical = samePadding(images.height, window, 0);
  const horizontal = samePadding(images.width, window, 1);
  if (vertical === null || horizontal === null) {
    if (layer.traits.theano) throw layer.unsupported('an open image size in a model trained with Theano');
    return { auto_pad: 'SAME_UPPER' };
  }
  const before = (axis: 0 | 1, total: number): number =>
    Math.floor((layer.traits.theano ? extent(window, axis) : total) / 2);
  const [top, left] = [before(0, vertical), before(1, horizontal)];
  return { pads: [top, left, Math.max(0, vertical - top), Math.max(0, horizontal - left)] };
}

/** Pixels that the window covers, with the holes of a dilated one. */
export function extent(window: Window, axis: 0 | 1): number {
  return (window.size[axis] - 1) * window.dilations[axis] + 1;
}

function samePadding(length: Dim, window: Window, axis: 0 | 1): number | null {
  const stride = window.strides[axis];
  if (stride === 1) return extent(window, axis) - 1;
  if (length === null) return null;
  return Math.max(0, (Math.ceil(length / stride) - 1) * stride + extent(window, axis) - length);
}
