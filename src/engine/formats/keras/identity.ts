/** @file Layers that do nothing once training is over. */
import type { LayerFamily } from './layerBuilder';

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

export const identityLayers: LayerFamily = Object.fromEntries([
  ...QUIET.map((name) => [name, (layer) => layer.input] satisfies LayerFamilyEntry),
  ...AUGMENTATIONS.map(
    (name) =>
      [
        name,
        (layer) => {
          layer.traits.note(layer.path, `${name} changes images in training only; it is left out.`);
          return layer.input;
        },
      ] satisfies LayerFamilyEntry,
  ),
]);

type LayerFamilyEntry = [string, LayerFamily[string]];
