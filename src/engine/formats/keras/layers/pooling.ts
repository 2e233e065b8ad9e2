/** @file Pooling layers. */
import type { Attributes } from '../../../graph/graph';
import { showDims } from '../../../graph/tensor';
import type { LayerBuilder, LayerFamily } from './layerBuilder';
import type { KerasTensor } from '../kerasTensor';
import { padding, windowed, windowOf } from './window';

export const pools = {
  MaxPooling2D: (layer) => pool(layer, 'MaxPool', {}),
  // Padded pixels do not count: TensorFlow divides by the pixels inside the image.
  AveragePooling2D: (layer) => pool(layer, 'AveragePool', { count_include_pad: 0 }),
  GlobalAveragePooling2D: (layer) => poolAll(layer, 'GlobalAveragePool'),
  GlobalMaxPooling2D: (layer) => poolAll(layer, 'GlobalMaxPool'),
  GlobalAveragePooling1D: (layer) => poolSequence(layer, 'ReduceMean'),
  GlobalMaxPooling1D: (layer) => poolSequence(layer, 'ReduceMax'),
} satisfies LayerFamily;

function pool(layer: LayerBuilder, op: string, attributes: Attributes): KerasTensor {
  const images = layer.images();
  const window = windowOf(layer, 'pool_size');
  if (window.same && layer.traits.theano) throw layer.unsupported('a padded pool in a model trained with Theano');
  const value = layer.op(op, [images.value], {
    ...attributes,
    kernel_shape: window.size,
    strides: window.strides,
    ...padding(layer, images, window),
  });
  return layer.fromImages({ value, channels: images.channels, ...windowed(layer, images, window) });
}

function poolAll(layer: LayerBuilder, op: string): KerasTensor {
  const { value, channels } = layer.images();
  const pooled = layer.op(op, [value]);
  if (layer.config.boolean('keepdims', false)) {
    return layer.fromImages({ value: pooled, channels, height: 1, width: 1 });
  }
  return {
    value: layer.op('Flatten', [pooled], { axis: 1 }, 'flatten'),
    dims: [null, channels],
    order: 'keras',
  };
}

/** `[N, places, C]` → `[N, C]`. */
function poolSequence(layer: LayerBuilder, op: string): KerasTensor {
  const { value, dims } = layer.keras(layer.input);
  if (dims.length !== 3) throw layer.error('the layer does not fit its input', '3 dimensions', showDims(dims));
  const axis = layer.channelsFirst ? 2 : 1;
  const keepdims = layer.config.boolean('keepdims', false);
  return {
    value: layer.op(op, [value, layer.ints([axis])], { keepdims: Number(keepdims) }),
    dims: keepdims ? dims.with(axis, 1) : dims.toSpliced(axis, 1),
    order: 'keras',
  };
}
