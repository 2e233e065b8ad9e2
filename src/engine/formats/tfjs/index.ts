/** @file TensorFlow.js layers models: `model.json` with weight files beside it. */
import type { ModelFormat } from '../format';
import { detectTfjs } from './detect';
import { readTfjs } from './read';

export const tfjsLayers: ModelFormat = {
  id: 'tfjs-layers',
  label: 'TensorFlow.js layers model',
  detect: detectTfjs,
  read: readTfjs,
};
