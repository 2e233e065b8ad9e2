/** @file TensorFlow.js graph models: `model.json` with the operators of TensorFlow, and weight files beside it. */
import type { ModelFormat } from '../format';
import { detectGraphModel } from './detect';
import { readGraphModel } from './read';

export const tfjsGraph: ModelFormat = {
  id: 'tfjs-graph',
  label: 'TensorFlow.js graph model',
  detect: detectGraphModel,
  read: readGraphModel,
};
