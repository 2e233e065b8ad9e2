/** @file The registry of sample readers. The content of a file decides, not its name. */
import { SamplesError, UsageError } from '../../support/errors';
import type { Files } from '../../support/files';
import type { OpenOptions, SampleSource, SamplesReader } from '../samples';
import { cifarReader } from './cifar';
import { folderReader } from './folder';
import { hdf5Reader } from './hdf5';
import { idxReader } from './idx';
import { imageReader } from './image';
import { npyReader } from './npy';
import { npzReader } from './npz';
import { parquetReader } from './parquet';
import { zipReader } from './zip';

/** In the order of asking. CIFAR has no signature and a folder may hold any of the others, so these come last. */
const readers: readonly SamplesReader[] = [
  hdf5Reader,
  parquetReader,
  npyReader,
  npzReader,
  zipReader,
  idxReader,
  imageReader,
  cifarReader,
  folderReader,
];

const SUPPORTED =
  'a folder or zip archive of images, .npz, .npy, HDF5, MNIST idx, CIFAR binary, or Parquet with images';

/** Opens `path` with the first reader that recognises it; throws {@link SamplesError}. */
export async function openSource(files: Files, path: string, options: OpenOptions): Promise<SampleSource> {
  const file = files.baseName(path);
  const info = await files.info(path);
  if (info === undefined) throw new SamplesError('the samples do not exist', { file });
  const head = info.kind === 'file' ? await files.read(path, 0, 512) : new Uint8Array(0);
  for (const reader of readers) {
    if (!(await reader.detect(files, path, head))) continue;
    if (options.labelsFile !== undefined && !reader.takesLabels) {
      throw new UsageError('these samples hold their labels themselves', {
        file,
        expected: 'no file of labels',
        got: files.baseName(options.labelsFile),
      });
    }
    return reader.open(files, path, options);
  }
  const pickled = head[0] === 0x80 && (head[1] ?? 0) >= 2 && (head[1] ?? 0) <= 5;
  throw new SamplesError('the samples are of no kind we read', {
    file,
    expected: SUPPORTED,
    got: pickled ? 'a Python pickle' : info.kind === 'folder' ? 'a folder of other files' : 'another file',
    ...(pickled && {
      hint: 'Opening a pickle would run code from it; save the arrays with numpy.savez instead.',
    }),
  });
}
