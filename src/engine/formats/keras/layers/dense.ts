/** @file Fully connected layers. */
import { activate } from './activationFunctions';
import type { LayerFamily } from './layerBuilder';

export const denseLayers = {
  /** Works on the last axis, whatever the rank. */
  Dense: (layer) => {
    const input = layer.keras(layer.input);
    const units = layer.config.integer('units', undefined, 1);
    const features = layer.known(input.dims.at(-1), 'features');
    const kernel = layer.weight('kernel', [features, units]);
    const bias = layer.config.boolean('use_bias', true) ? [layer.weight('bias', [units])] : [];
    const dims = [...input.dims.slice(0, -1), units];
    if (dims.length < 2) throw layer.error('the layer does not fit its input', 'a batch of features', 'one number');
    const value =
      dims.length === 2
        ? layer.op('Gemm', [input.value, kernel, ...bias])
        : bias.reduce(
            (product, term) => layer.op('Add', [product, term], {}, 'bias-add'),
            layer.op('MatMul', [input.value, kernel]),
          );
    return activate(layer, { value, dims, order: 'keras' }, layer.config.raw('activation'));
  },
} satisfies LayerFamily;
