/** @file The layers that can be run, by class name. Lambda layers and custom classes never are: their code is not ours to trust. */
import { activationLayers } from './activations';
import { attentionLayers } from './attention';
import { unknownActivation } from './activationFunctions';
import type { LayerSpec, ModelSpec } from '../architecture';
import { convolutions } from './convolution';
import { denseLayers } from './dense';
import { identityLayers } from './identity';
import { isObject } from '../json';
import type { LayerConverter, LayerFamily } from './layerBuilder';
import { mergeLayers } from './merging';
import { normalizations } from './normalization';
import { operations, tensorFlowFunction } from './operations';
import { pools } from './pooling';
import { resizeLayers } from './resampling';
import { reshapeLayers } from './reshaping';

const FAMILIES: readonly LayerFamily[] = [
  convolutions,
  denseLayers,
  pools,
  normalizations,
  activationLayers,
  attentionLayers,
  mergeLayers,
  reshapeLayers,
  resizeLayers,
  identityLayers,
  operations,
];

const CONVERTERS: ReadonlyMap<string, LayerConverter> = new Map(FAMILIES.flatMap((family) => Object.entries(family)));

/** Names under which TensorFlow wrote the same layer. */
const ALIASES: ReadonlyMap<string, string> = new Map([
  ['BatchNormalizationV1', 'BatchNormalization'],
  ['BatchNormalizationV2', 'BatchNormalization'],
  ['SyncBatchNormalization', 'BatchNormalization'],
]);

/** `undefined` for a layer that cannot be run. */
export function converterOf({ className, config }: LayerSpec): LayerConverter | undefined {
  if (className === 'TFOpLambda') return tensorFlowFunction(config.raw('function'));
  return CONVERTERS.get(ALIASES.get(className) ?? className);
}

/** Everything in the model that cannot be run, layer by layer, as text. */
export function unsupportedLayers(model: ModelSpec): string[] {
  return model.layers.flatMap((layer) => {
    if (layer.model !== undefined) return unsupportedLayers(layer.model);
    if (layer.className === 'InputLayer') return [];
    if (converterOf(layer) === undefined) return [`${describe(layer)} "${layer.path}"`];
    if (isQuantized(layer)) return [`${layer.className} "${layer.path}" with quantised weights`];
    const activation = unknownActivation(layer.config.raw('activation'));
    return activation === undefined ? [] : [`${layer.className} "${layer.path}" with the activation ${activation}`];
  });
}

/** Keras 3 keeps the weights of a quantised layer as whole numbers with scales. */
function isQuantized({ config }: LayerSpec): boolean {
  const policy = config.raw('dtype');
  return isObject(policy) && String(policy['class_name']).startsWith('Quantized');
}

function describe({ className, config }: LayerSpec): string {
  const name = config.raw('function');
  return className === 'TFOpLambda' && typeof name === 'string' ? `TFOpLambda tf.${name}` : className;
}
