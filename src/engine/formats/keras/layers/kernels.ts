/** @file Kernels of convolutions: their shape in the file and their way into ONNX layout. */
import type { LayerBuilder } from './layerBuilder';
import type { WeightLayout } from '../weights/layerWeights';

type Pair = readonly [number, number];

/** Keras 1 stores the kernels of channels-first layers as `[out, in, h, w]`. */
function outFirst(layer: LayerBuilder): boolean {
  return layer.config.raw('dim_ordering') === 'th';
}

/** With Theano, both spatial axes run backwards. */
function flip(layer: LayerBuilder, axes: Pair): Pick<WeightLayout, 'flip'> {
  return layer.traits.theano ? { flip: axes } : {};
}

export const keras = {
  /** `[h, w, in, out]` → `[out, in, h, w]`. */
  convolution(layer: LayerBuilder, [h, w]: Pair, channels: number, filters: number): string {
    if (outFirst(layer)) return layer.weight('kernel', [filters, channels, h, w], { layout: flip(layer, [2, 3]) });
    const layout = { perm: [3, 2, 0, 1], ...flip(layer, [0, 1]) };
    return layer.weight('kernel', [h, w, channels, filters], { layout });
  },

  /** `[h, w, in, multiplier]` → `[in · multiplier, 1, h, w]`. */
  depthwise(layer: LayerBuilder, [h, w]: Pair, channels: number, multiplier: number): string {
    const dims = [channels * multiplier, 1, h, w];
    return outFirst(layer)
      ? layer.weight('depthwise_kernel', [multiplier, channels, h, w], { layout: { perm: [1, 0, 2, 3], dims } })
      : layer.weight('depthwise_kernel', [h, w, channels, multiplier], { layout: { perm: [2, 3, 0, 1], dims } });
  },

  /** `[1, 1, in, out]` → `[out, in, 1, 1]`. */
  pointwise(layer: LayerBuilder, channels: number, filters: number): string {
    return outFirst(layer)
      ? layer.weight('pointwise_kernel', [filters, channels, 1, 1])
      : layer.weight('pointwise_kernel', [1, 1, channels, filters], { layout: { perm: [3, 2, 0, 1] } });
  },

  /** `[h, w, out, in]` → `[in, out, h, w]`. */
  transposed(layer: LayerBuilder, [h, w]: Pair, channels: number, filters: number): string {
    const layout = { perm: [3, 2, 0, 1], ...flip(layer, [0, 1]) };
    return layer.weight('kernel', [h, w, filters, channels], { layout });
  },
};
