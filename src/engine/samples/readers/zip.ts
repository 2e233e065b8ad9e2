/** @file A zip archive of images, read in place. */
import { readLabelTable } from '../files/labelTable';
import type { SamplesReader } from '../samples';
import { isZip } from '../files/zip';
import { zipFiles } from '../files/zipFiles';
import { folderSource } from './folder';

export const zipReader: SamplesReader = {
  label: 'zip archive of images',
  takesLabels: true,
  detect: (_files, _path, head) => Promise.resolve(isZip(head)),
  async open(files, path, options) {
    const table = options.labelsFile === undefined ? undefined : await readLabelTable(files, options.labelsFile);
    const source = await folderSource(await zipFiles(files, path), '', options, table);
    return { ...source, description: `zip archive, ${source.description}` };
  },
};
