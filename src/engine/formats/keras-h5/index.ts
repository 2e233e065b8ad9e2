/** @file Keras models in HDF5 (`.h5`): whole models of Keras 1, 2 and 3, and weights beside an architecture in JSON. */
import type { ModelFormat } from '../format';
import { isHdf5 } from '../keras/weights/hdf5';
import { readKerasH5 } from './read';

export const kerasH5: ModelFormat = {
  id: 'keras-h5',
  label: 'Keras HDF5',
  detect: (_files, _path, head) => Promise.resolve(isHdf5(head)),
  read: readKerasH5,
};
