/** @file A single NumPy array of images; the labels come from a second file. */
import { arraySource } from '../arrays/arrays';
import { openBytes } from '../arrays/byteSource';
import { labelsBeside } from '../files/labelsBeside';
import { isNpy, readNpy } from '../arrays/npy';
import type { SamplesReader } from '../samples';
import type { StoredArray } from '../arrays/storedArray';

export const npyReader: SamplesReader = {
  label: 'NumPy array',
  takesLabels: true,
  detect: (_files, _path, head) => Promise.resolve(isNpy(head)),
  async open(files, path, options) {
    const labelsFile = options.labelsFile ?? (await labelsBeside(files, path));
    const arrays: StoredArray[] = [];
    for (const part of labelsFile === undefined ? [path] : [path, labelsFile]) {
      const name = files.baseName(part).replace(/\.npy$/i, '');
      const array = await readNpy(await openBytes(files, part), name);
      if (array !== undefined) arrays.push(array);
    }
    return arraySource(npyReader.label, files.baseName(path), arrays, options);
  },
};
