/** @file A single NumPy array of images; the labels come from a second file. */
import type { SamplesReader } from '../samples';
import { arraySource } from '../arrays';
import { openBytes } from '../byteSource';
import { isNpy, readNpy } from '../npy';

export const npyReader: SamplesReader = {
  label: 'NumPy array',
  detect: (_files, _path, head) => Promise.resolve(isNpy(head)),
  async open(files, path, options) {
    const labelsFile = options.labelsFile ?? (await labelsBeside(files, path));
    const arrays = await Promise.all(
      [path, labelsFile].map(async (part) => {
        if (part === undefined) return [];
        const name = files.baseName(part).replace(/\.npy$/i, '');
        return (await readNpy(await openBytes(files, part), name)) ?? [];
      }),
    );
    return arraySource(this.label, files.baseName(path), arrays.flat(), options);
  },
};
