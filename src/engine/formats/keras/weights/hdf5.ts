/** @file HDF5 files: groups, text attributes, and datasets of weights. */
import { ModelFormatError, UnsupportedModelError } from '../../../support/errors';
import { sizeOf } from '../../../graph/tensor';
import { guarded, withHdf5, type Hdf5Library } from '../../../containers/hdf5/library';
import { readTree, type Hdf5Tree } from './hdf5Tree';
import { bfloat16, decodeNumbers, float16, float32, float64, replaceNumbers, type NumberType } from '../../numberTypes';

/** A dataset that holds weights. */
export interface Hdf5Numbers {
  readonly path: string;
  readonly dims: readonly number[];
  readonly type: NumberType;
}

/** Runs `work` on the file with these bytes; what HDF5 complains about becomes a {@link ModelFormatError}. */
export async function readHdf5<T>(bytes: Uint8Array, work: (file: Hdf5File) => T): Promise<T> {
  const { result } = await withHdf5(bytes, 'read', (library, handle) =>
    work(new Hdf5File(library, handle, bytes.length)),
  );
  return result;
}

/**
 * The file with new values for some datasets, in file order; everything else stays as it is. Elements that keep their
 * value keep their bits.
 */
export async function writeHdf5(bytes: Uint8Array, changes: ReadonlyMap<string, Float32Array>): Promise<Uint8Array> {
  if (changes.size === 0) return bytes;
  const { content } = await withHdf5(bytes, 'change', (library, handle) => {
    const file = new Hdf5File(library, handle, bytes.length);
    for (const [path, values] of changes) {
      const target = file.numbers(path);
      file.write(target, replaceNumbers(target.type, file.bytes(target), values, path));
    }
  });
  return content;
}

/** Whether the file begins with the HDF5 signature. */
export function isHdf5(head: Uint8Array): boolean {
  const signature = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];
  // A user block of 512·2ⁿ bytes may stand in front.
  return [0, 512, 1024, 2048].some((start) => signature.every((byte, i) => head[start + i] === byte));
}

const DEFLATE = 1;
/** Deflate, shuffle, Fletcher checksum: what h5py writes. */
const FILTERS = new Set([DEFLATE, 2, 3]);
/** zlib cannot do better. */
const MAX_DEFLATE_RATIO = 1032;
/** A chunk may be larger than the little that it holds. */
const MAX_CHUNK = 1 << 26;

/** An open file; groups and datasets are named by their path from the root, which is the empty text. */
export class Hdf5File {
  readonly #tree: Hdf5Tree;

  constructor(
    private readonly library: Hdf5Library,
    private readonly handle: bigint,
    private readonly size: number,
  ) {
    this.#tree = readTree(library, handle);
  }

  /** Names of what a group holds; empty where there is no such group. */
  children(group: string): readonly string[] {
    return this.#tree.groups.get(group) ?? [];
  }

  hasGroup(path: string): boolean {
    return this.#tree.groups.has(path);
  }

  hasDataset(path: string): boolean {
    return this.#tree.datasets.has(path);
  }

  /** A text attribute, or a list of texts; `undefined` where there is none. */
  texts(path: string, name: string): readonly string[] | undefined {
    return guarded(`${path}: attribute "${name}"`, () => {
      const target = `/${path}`;
      if (!this.library.get_attribute_names(this.handle, target).includes(name)) return undefined;
      const metadata = this.library.get_attribute_metadata(this.handle, target, name);
      if (metadata.type !== this.library.H5T_class_t.H5T_STRING.value || metadata.shape === null) return undefined;
      const bytes = metadata.size * metadata.total_size;
      if (bytes > this.size) throw tooLarge(`${path}: attribute "${name}"`, this.size, bytes);
      return this.#textValues(target, name, metadata.vlen, metadata.size, bytes);
    });
  }

  /** Shape and number type of a dataset; throws where it cannot hold weights or claims more than the file can. */
  numbers(path: string): Hdf5Numbers {
    const metadata = guarded(path, () => this.library.get_dataset_metadata(this.handle, `/${path}`));
    const { shape, size } = metadata;
    if (metadata.virtual_sources !== undefined) {
      throw new ModelFormatError('the file keeps data in other files, which are not followed', {
        place: path,
        expected: 'everything in one file',
        got: `a virtual dataset of ${metadata.virtual_sources.map((source) => source.file_name).join(', ')}`,
      });
    }
    const type = this.#numberType(path, metadata.type, size);
    if (shape === null) throw new ModelFormatError('a weight is empty', { place: path, expected: 'numbers' });
    const limit = this.size * (this.#deflated(path) ? MAX_DEFLATE_RATIO : 1);
    const bytes = sizeOf(shape) * size;
    if (bytes > limit) throw tooLarge(path, limit, bytes);
    const chunk = sizeOf(metadata.chunks ?? []) * size;
    if (chunk > Math.max(limit, MAX_CHUNK)) throw tooLarge(`${path}: chunk`, limit, chunk);
    return { path, dims: shape, type };
  }

  read(numbers: Hdf5Numbers): Float32Array {
    return decodeNumbers(numbers.type, this.bytes(numbers));
  }

  /** The elements, little-endian. */
  bytes({ path, dims, type }: Hdf5Numbers): Uint8Array {
    return this.#borrow(path, sizeOf(dims) * type.bytes, (pointer, length) => {
      this.library.get_dataset_data(this.handle, `/${path}`, null, null, null, BigInt(pointer));
      return this.library.HEAPU8.slice(pointer, pointer + length);
    });
  }

  /** Stores elements in place of those of {@link bytes}; the file must be open for changes. */
  write({ path }: Hdf5Numbers, elements: Uint8Array): void {
    this.#borrow(path, elements.length, (pointer) => {
      this.library.HEAPU8.set(elements, pointer);
      this.library.set_dataset_data(this.handle, `/${path}`, null, null, null, BigInt(pointer));
    });
  }

  #numberType(path: string, kind: number, size: number): NumberType {
    const { H5T_FLOAT, H5T_INTEGER } = this.library.H5T_class_t;
    // Keras 3 keeps bfloat16 as raw bytes and says so in an attribute.
    const [note] = this.texts(path, 'dtype') ?? [];
    if (note === 'bfloat16' && size === 2) return bfloat16;
    const floats: Readonly<Record<number, NumberType>> = { 2: float16, 4: float32, 8: float64 };
    const type = kind === H5T_FLOAT.value ? floats[size] : undefined;
    if (type !== undefined) return type;
    if (kind === H5T_FLOAT.value || kind === H5T_INTEGER.value) {
      throw new UnsupportedModelError('the number type of a weight is not supported', {
        place: path,
        expected: 'float16, bfloat16, float32 or float64',
        got: `${kind === H5T_FLOAT.value ? 'floats' : 'integers'} of ${size} bytes`,
      });
    }
    throw new ModelFormatError('a weight does not hold numbers', {
      place: path,
      expected: 'floating-point numbers',
      got: `HDF5 type class ${kind}`,
    });
  }

  /** Whether a dataset is deflated; throws for compression that cannot be read. */
  #deflated(path: string): boolean {
    const filters = guarded(path, () => this.library.get_dataset_filters(this.handle, `/${path}`));
    const deflated = filters.filter((filter) => filter.id === DEFLATE).length;
    const unknown = filters.find((filter) => !FILTERS.has(filter.id)) ?? (deflated > 1 ? filters[0] : undefined);
    if (unknown === undefined) return deflated === 1;
    throw new UnsupportedModelError('a weight is compressed in a way that is not supported', {
      place: path,
      expected: 'gzip, shuffle or fletcher32',
      got: filters.map((filter) => (filter.name === '' ? `filter ${filter.id}` : filter.name)).join(', '),
    });
  }

  #textValues(target: string, name: string, variable: boolean, size: number, bytes: number): string[] {
    return this.#borrow(target.slice(1), bytes, (pointer, length) => {
      this.library.get_attribute_data(this.handle, target, name, BigInt(pointer));
      const raw = this.library.HEAPU8.slice(pointer, pointer + length);
      if (!variable) {
        return Array.from({ length: length / size }, (_, i) => text(raw.subarray(i * size, (i + 1) * size)));
      }
      const pointers = new Uint32Array(raw.buffer, 0, length / 4);
      const values = Array.from(pointers, (start) => (start === 0 ? '' : this.library.UTF8ToString(start)));
      this.library.reclaim_vlen_memory(this.handle, target, name, BigInt(pointer));
      return values;
    });
  }

  /** Memory inside the library for the time of `work`. */
  #borrow<T>(place: string, length: number, work: (pointer: number, length: number) => T): T {
    const pointer = this.library._malloc(Math.max(length, 1));
    if (pointer === 0) throw new UnsupportedModelError('the weight is too large for the HDF5 library', { place });
    try {
      return guarded(place, () => work(pointer, length));
    } finally {
      this.library._free(pointer);
    }
  }
}

function text(padded: Uint8Array): string {
  const end = padded.indexOf(0);
  return new TextDecoder().decode(end < 0 ? padded : padded.subarray(0, end));
}

function tooLarge(place: string, limit: number, bytes: number): ModelFormatError {
  return new ModelFormatError('data of the file are larger than the file can hold', {
    place,
    expected: `at most ${limit} bytes`,
    got: `${bytes} bytes`,
  });
}
