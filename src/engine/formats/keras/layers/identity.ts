/** @file Layers that do nothing once training is over. */
import type { LayerConverter, LayerFamily } from './layerBuilder';

const QUIET = [
  'Dropout',
  'SpatialDropout2D',
  'AlphaDropout',
  'GaussianDropout',
  'GaussianNoise',
  'ActivityRegularization',
  'Identity',
  'StochasticDepth',
];

/** Random changes of the training images. */
const AUGMENTATIONS = [
  'RandomBrightness',
  'RandomColorDegeneration',
  'RandomColorJitter',
  'RandomContrast',
  'RandomElasticTransform',
  'RandomErasing',
  'RandomFlip',
  'RandomGaussianBlur',
  'RandomGrayscale',
  'RandomHeight',
  'RandomHue',
  'RandomInvert',
  'RandomPerspective',
  'RandomPosterization',
  'RandomRotation',
  'RandomSaturation',
  'RandomSharpness',
  'RandomShear',
  'RandomTranslation',
  'RandomWidth',
  'RandomZoom',
];

const unchanged: LayerConverter = (layer) => layer.input;

const augmentation: LayerConverter = (layer) => {
  const { className } = layer.instance.spec;
  layer.traits.note(layer.path, `${className} changes images in training only; it is left out.`);
  return layer.input;
};

export const identityLayers: LayerFamily = Object.fromEntries([
  ...QUIET.map((name) => [name, unchanged] as const),
  ...AUGMENTATIONS.map((name) => [name, augmentation] as const),
]);
