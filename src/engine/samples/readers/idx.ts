/** @file MNIST idx files: the images with the labels beside them, or a folder that holds such pairs. */
import { SamplesError } from '../../support/errors';
import type { Files } from '../../support/files';
import { arraySource } from '../arrays/arrays';
import { openBytes } from '../arrays/byteSource';
import { readIdx } from '../arrays/idx';
import { labelsBeside } from '../files/labelsBeside';
import type { OpenOptions, SampleSource, SamplesReader } from '../samples';
import { openPart, splitOf } from '../splits';

/** File names that may be idx files; their content is looked at, too. */
const IDX_NAME = /(idx\d|ubyte)(\.gz)?$/i;

export const idxReader: SamplesReader = {
  label: 'MNIST idx',
  takesLabels: true,
  async detect(files, path, head) {
    if (head.length === 0) return (await imageFiles(files, path)).length > 0;
    const packed = head[0] === 0x1f && head[1] === 0x8b;
    return packed || (head[0] === 0 && head[1] === 0)
      ? readIdx(await openBytes(files, path), files.baseName(path)).then(
          (array) => array !== undefined,
          () => false,
        )
      : false;
  },
  async open(files, path, options) {
    if ((await files.info(path))?.kind === 'file') return openPair(files, path, options);
    const file = files.baseName(path);
    const parts = (await imageFiles(files, path)).map((image) => ({ image, split: splitOf(files.baseName(image)) }));
    if (parts.length === 0) throw new SamplesError('the folder holds no idx images', { file });
    return openPart(parts, options.split, file, ({ image }) => openPair(files, image, options));
  },
};

async function openPair(files: Files, path: string, options: OpenOptions): Promise<SampleSource> {
  const labelsFile = options.labelsFile ?? (await labelsBeside(files, path));
  const name = (part: string): string => files.baseName(part).replace(/\.gz$/i, '');
  const images = await readIdx(await openBytes(files, path), name(path));
  if (images === undefined || images.dims.length < 3) {
    throw new SamplesError('the file holds no images', {
      file: files.baseName(path),
      expected: 'idx images, such as t10k-images-idx3-ubyte',
      got: images === undefined ? 'another file' : 'labels',
    });
  }
  const whole = { ...options, split: images.name };
  if (labelsFile === undefined) return arraySource(idxReader.label, files.baseName(path), [images], whole);
  const labels = await readIdx(await openBytes(files, labelsFile), name(labelsFile));
  if (labels === undefined || labels.dims[0] !== images.dims[0]) {
    throw new SamplesError('the labels do not belong to the images', {
      file: files.baseName(labelsFile),
      expected: `${images.dims[0] ?? 0} labels`,
      got: labels === undefined ? 'another file' : `an array [${labels.dims.join(', ')}]`,
    });
  }
  return arraySource(idxReader.label, files.baseName(path), [images, labels], whole);
}

/** Paths of the idx files with images in a folder, sorted. */
async function imageFiles(files: Files, folder: string): Promise<string[]> {
  const found: string[] = [];
  if ((await files.info(folder))?.kind !== 'folder') return found;
  for (const name of (await files.list(folder)).filter((entry) => IDX_NAME.test(entry)).slice(0, 64)) {
    const path = files.join(folder, name);
    const array = await readIdx(await openBytes(files, path), name).catch(() => undefined);
    if (array !== undefined && array.dims.length >= 3) found.push(path);
  }
  return found;
}
