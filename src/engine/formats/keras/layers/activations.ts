/** @file Activation layers. */
import { activate, ACTIVATION_LAYERS } from './activationFunctions';
import type { LayerConverter, LayerFamily } from './layerBuilder';

const alone = [...ACTIVATION_LAYERS].map(([name, apply]): [string, LayerConverter] => [
  name,
  (layer) => apply(layer, layer.input, '', layer.config),
]);

export const activationLayers: LayerFamily = {
  ...Object.fromEntries(alone),

  Activation: (layer) => activate(layer, layer.input, layer.config.raw('activation'), ''),

  PReLU: (layer) => {
    const input = layer.usual(layer.input);
    const shared = layer.config.raw('shared_axes') === undefined ? [] : layer.config.integers('shared_axes');
    const dims = input.dims.slice(1).map((dim, i) => (shared.includes(i + 1) ? 1 : layer.known(dim, 'pixels')));
    const layout = input.order === 'nchw' ? { perm: [2, 0, 1] } : {};
    return layer.map(input, 'PRelu', {}, '', layer.weight('alpha', dims, { layout }));
  },
};
