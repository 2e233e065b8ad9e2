/** @file A single NumPy array of images; the labels come from a second file. */
import { arraySource } from '../arrays';
import { openBytes } from '../byteSource';
import { labelsBeside } from '../labelsBeside';
import { isNpy, readNpy } from '../npy';
import type { SamplesReader } from '../samples';
import type { StoredArray } from '../storedArray';

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
