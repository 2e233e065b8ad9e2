/** @file Hands out the weights of an HDF5 file to a model. */
import { ModelFormatError } from '../../../support/errors';
import type { StoredWeight } from './boundModel';
import type { Hdf5File } from './hdf5';
import type { LayerWeight } from './layerWeights';

/** `paths` tells the dataset of every weight. */
export function weightsIn(
  file: Hdf5File,
  paths: ReadonlyMap<LayerWeight, string>,
): (weight: LayerWeight) => StoredWeight {
  return (weight) => {
    const path = paths.get(weight);
    if (path === undefined || !file.hasDataset(path)) {
      throw new ModelFormatError('a weight is missing', {
        place: `layer "${weight.layer.spec.path}", weight "${weight.name}"`,
        expected: path ?? 'a group for the layer',
        got: 'nothing',
      });
    }
    const numbers = file.numbers(path);
    return { key: path, dims: numbers.dims, read: () => file.read(numbers) };
  };
}
