/** @file SavedModels of TensorFlow: `saved_model.pb`, which holds the graph, and a checkpoint in `variables` beside it. */
import type { ModelFormat } from '../format';
import { isSavedModel } from './detect';
import { readSavedModel } from './read';

export const savedModel: ModelFormat = {
  id: 'saved-model',
  label: 'TensorFlow SavedModel',
  detect: (_files, _path, head) => Promise.resolve(isSavedModel(head)),
  read: readSavedModel,
};
