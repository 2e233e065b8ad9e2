/** @file Layers that resize images. */
import type { Attributes, Dim } from '../../../graph/graph';
import type { LayerBuilder, LayerFamily } from './layerBuilder';

export const resizeLayers = {
  UpSampling2D: (layer) => {
    const images = layer.images();
    const [rows, columns] = layer.config.pair('size', [2, 2]);
    const scales = layer.floats([4], [1, 1, rows, columns], 'scales');
    const grow = (size: Dim, by: number): Dim => (size === null ? null : size * by);
    const corner = layer.traits.cornerPixels ? 'asymmetric' : 'half_pixel';
    return layer.fromImages({
      value: layer.op('Resize', [images.value, '', scales], sampling(layer, 'nearest', 'asymmetric', corner)),
      channels: images.channels,
      height: grow(images.height, rows),
      width: grow(images.width, columns),
    });
  },

  Resizing: (layer) => {
    const { config } = layer;
    for (const key of ['crop_to_aspect_ratio', 'pad_to_aspect_ratio', 'antialias']) {
      if (config.boolean(key, false)) throw layer.unsupported(`"${key}"`);
    }
    const images = layer.images();
    const height = config.integer('height', undefined, 1);
    const width = config.integer('width', undefined, 1);
    const attributes = { ...sampling(layer, 'bilinear', 'half_pixel', 'half_pixel'), axes: [2, 3] };
    return layer.fromImages({
      value: layer.op('Resize', [images.value, '', '', layer.ints([height, width])], attributes),
      channels: images.channels,
      height,
      width,
    });
  },
} satisfies LayerFamily;

/** Attributes of ONNX Resize for the layer's interpolation. TensorFlow rounds nearest pixels down from the middle. */
function sampling(layer: LayerBuilder, usual: string, nearestGrid: string, linearGrid: string): Attributes {
  const interpolation = layer.config.string('interpolation', usual);
  if (interpolation === 'bilinear') return { mode: 'linear', coordinate_transformation_mode: linearGrid };
  if (interpolation !== 'nearest') throw layer.unsupported(`interpolation "${interpolation}"`);
  const nearestMode = nearestGrid === 'asymmetric' ? 'floor' : 'round_prefer_ceil';
  return { mode: 'nearest', coordinate_transformation_mode: nearestGrid, nearest_mode: nearestMode };
}
