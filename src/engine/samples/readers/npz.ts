/** @file Several NumPy arrays in a zip archive, as numpy.savez and the Keras data sets write it. */
import { arraySource } from '../arrays/arrays';
import { readNpy } from '../arrays/npy';
import type { SamplesReader } from '../samples';
import type { StoredArray } from '../arrays/storedArray';
import { isZip, openEntry, readZipDirectory } from '../files/zip';

const MAX_ARRAYS = 1000;

export const npzReader: SamplesReader = {
  label: 'NumPy archive',
  takesLabels: false,
  async detect(files, path, head) {
    if (!isZip(head)) return false;
    const entries = await readZipDirectory(files, path);
    return entries.length > 0 && entries.every(({ name }) => name.endsWith('.npy'));
  },
  async open(files, path, options) {
    const arrays: StoredArray[] = [];
    for (const entry of (await readZipDirectory(files, path)).slice(0, MAX_ARRAYS)) {
      const array = await readNpy(await openEntry(files, path, entry), entry.name.replace(/\.npy$/, ''));
      if (array !== undefined) arrays.push(array);
    }
    return arraySource(npzReader.label, files.baseName(path), arrays, options);
  },
};
