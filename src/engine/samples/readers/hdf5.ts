/** @file HDF5 files that hold images and labels as data sets, at any depth. Only the drawn rows are read. */
import type { Metadata } from 'h5wasm';
import { SamplesError } from '../../support/errors';
import { sizeOf } from '../../graph/tensor';
import { arraySource } from '../arrays/arrays';
import { openHdf5, type OpenHdf5 } from '../arrays/hdf5File';
import { decodeNumbers, type Numbers, type NumberType } from '../arrays/numbers';
import type { SamplesReader } from '../samples';
import type { StoredArray } from '../arrays/storedArray';

const SIGNATURE = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];

const MAX_DEPTH = 6;
const MAX_OBJECTS = 2000;

/** Bytes of one read. */
const MAX_READ = 1 << 28;

/** Chunks are kept unpacked between reads up to this size. */
const MAX_KEPT_CHUNK = 1 << 26;

/** HDF5's type classes (H5T_class_t). */
const INTEGER = 0;
const FLOAT = 1;

export const hdf5Reader: SamplesReader = {
  label: 'HDF5',
  takesLabels: false,
  detect: (_files, _path, head) => Promise.resolve(SIGNATURE.every((byte, i) => head[i] === byte)),
  async open(files, path, options) {
    const hdf5 = await openHdf5(files, path);
    try {
      const arrays = hdf5.guard(() => findArrays(hdf5, files.baseName(path)));
      const source = await arraySource(hdf5Reader.label, files.baseName(path), arrays, options);
      return {
        ...source,
        close: () => {
          hdf5.close();
        },
      };
    } catch (error) {
      hdf5.close();
      throw error;
    }
  },
};

/** All data sets of numbers, breadth first. Links to other files, and links that lead nowhere, are left out. */
function findArrays(hdf5: OpenHdf5, file: string): StoredArray[] {
  const { library, handle } = hdf5;
  const arrays: StoredArray[] = [];
  let level = [''];
  let objects = 0;
  for (let depth = 0; depth < MAX_DEPTH && level.length > 0; depth++) {
    const below: string[] = [];
    for (const group of level) {
      for (const key of library.get_names(handle, `/${group}`, false)) {
        if (++objects > MAX_OBJECTS) return arrays;
        const path = group === '' ? key : `${group}/${key}`;
        const type = library.get_type(handle, `/${path}`);
        if (type === library.H5G_GROUP) below.push(path);
        if (type !== library.H5G_DATASET) continue;
        const array = storedDataset(hdf5, path, file);
        if (array !== undefined) arrays.push(array);
      }
    }
    level = below;
  }
  return arrays;
}

function storedDataset(hdf5: OpenHdf5, name: string, file: string): StoredArray | undefined {
  const metadata = hdf5.library.get_dataset_metadata(hdf5.handle, `/${name}`);
  if (metadata.virtual_sources !== undefined) {
    throw new SamplesError('the file keeps data in other files, which are not followed', {
      file,
      place: name,
      expected: 'everything in one file',
      got: `a virtual dataset of ${metadata.virtual_sources.map((source) => source.file_name).join(', ')}`,
    });
  }
  const dims = metadata.shape;
  const type = numberType(metadata);
  if (dims === null || dims.length === 0 || type === undefined) return undefined;
  const rowBytes = sizeOf(dims.slice(1)) * type.size;
  const chunkRows = metadata.chunks?.[0] ?? 1;
  const aligned = chunkRows > 1 && chunkRows * rowBytes <= MAX_KEPT_CHUNK;
  let kept: { readonly start: number; readonly end: number; readonly values: Numbers } | undefined;

  const slice = (start: number, end: number): Numbers => {
    if ((end - start) * rowBytes > MAX_READ) {
      throw new SamplesError('the rows of the array are too large', {
        file,
        place: name,
        expected: `at most ${MAX_READ} bytes`,
        got: `${(end - start) * rowBytes} bytes`,
      });
    }
    const bytes = hdf5.guard(() => readRows(hdf5, name, dims, [start, end], (end - start) * rowBytes));
    return decodeNumbers(bytes, type);
  };
  return {
    name,
    dims,
    type,
    rows(start, count) {
      const end = start + count;
      if (!aligned) return Promise.resolve(slice(start, end));
      // HDF5 unpacks whole chunks and forgets them between two calls.
      if (kept === undefined || start < kept.start || end > kept.end) {
        const from = Math.floor(start / chunkRows) * chunkRows;
        const to = Math.min(dims[0] ?? 0, Math.ceil(end / chunkRows) * chunkRows);
        kept = { start: from, end: to, values: slice(from, to) };
      }
      const size = rowBytes / type.size;
      return Promise.resolve(kept.values.slice((start - kept.start) * size, (end - kept.start) * size));
    },
  };
}

/** Rows `start` … `end` − 1, `length` bytes together. */
function readRows(
  { library, handle }: OpenHdf5,
  name: string,
  dims: readonly number[],
  [start, end]: readonly [number, number],
  length: number,
): Uint8Array {
  const pointer = library._malloc(Math.max(length, 1));
  if (pointer === 0) throw new Error(`no memory for ${length} bytes`);
  try {
    const [count, offset] = [dims.map(BigInt), dims.map(() => 0n)];
    [count[0], offset[0]] = [BigInt(end - start), BigInt(start)];
    const strides = dims.map(() => 1n);
    library.get_dataset_data(handle, `/${name}`, count, offset, strides, BigInt(pointer));
    return library.HEAPU8.slice(pointer, pointer + length);
  } finally {
    library._free(pointer);
  }
}

/** The library hands numbers over in little-endian order, whatever the file has. */
function numberType(metadata: Metadata): NumberType | undefined {
  const { type, signed, size, vlen } = metadata;
  const sizes: readonly number[] = type === FLOAT ? [2, 4, 8] : [1, 2, 4, 8];
  if (vlen || (type !== INTEGER && type !== FLOAT) || !sizes.includes(size)) return undefined;
  return { kind: type === FLOAT ? 'f' : signed ? 'i' : 'u', size: size as NumberType['size'], littleEndian: true };
}
