/** @file A single image file, unlabelled: for checking one input. */
import { imageFileSource } from '../files/imageFiles';
import { isImage } from '../images/decodeImage';
import type { SamplesReader } from '../samples';

export const imageReader: SamplesReader = {
  label: 'image',
  takesLabels: false,
  detect: (_files, _path, head) => Promise.resolve(isImage(head)),
  open: (files, path) =>
    Promise.resolve(
      imageFileSource(files, [{ path, name: files.baseName(path) }], {
        description: 'one image',
        splits: [],
        notes: [],
      }),
    ),
};
