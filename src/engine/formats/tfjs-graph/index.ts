/** @file TensorFlow.js graph models: `model.json` with the operators of TensorFlow, and weight files beside it. */
import type { ModelFormat } from '../format';
import { isGraphModel } from '../tfjs/detect';
import { readGraphModel } from './read';

export const tfjsGraph: ModelFormat = {
  id: 'tfjs-graph',
  label: 'TensorFlow.js graph model',
  detect: (_files, _path, head) => Promise.resolve(isGraphModel(head)),
  read: readGraphModel,
};
