/**
 * @file HDF5 files in memory, through the HDF5 library compiled to WebAssembly. The library sees nothing but this one file;
 * links and storage outside of it are refused.
 */
import type { ready } from 'h5wasm';
import { ModelFormatError, NeuralCleanseError, UnsupportedModelError } from '../../errors';
import { sizeOf } from '../../graph/tensor';
import { bfloat16, decodeNumbers, float16, float32, float64, replaceNumbers, type NumberType } from './numberTypes';

type H5Module = Awaited<typeof ready>;

/** Numbers in an open file. */
export interface Hdf5Numbers {
  readonly path: string;
  readonly dims: readonly number[];
  readonly type: NumberType;
}

/** An open file; groups and datasets are named by their path from the root, which is the empty text. */
export class Hdf5Reader {
  readonly #groups = new Map<string, string[]>();
  readonly #datasets = new Set<string>();

  constructor(
    private readonly library: H5Module,
    private readonly file: bigint,
    private readonly size: number,
  ) {
    this.#scan();
  }

  /** Names of what a group holds; empty where there is no such group. */
  children(group: string): readonly string[] {
    return this.#groups.get(group) ?? [];
  }

  hasGroup(path: string): boolean {
    return this.#groups.has(path);
  }

  hasDataset(path: string): boolean {
    return this.#datasets.has(path);
  }

  /** A text attribute, or a list of texts; `undefined` where there is none. */
  texts(path: string, name: string): readonly string[] | undefined {
    const target = `/${path}`;
    if (!this.library.get_attribute_names(this.file, target).includes(name)) return undefined;
    const metadata = this.library.get_attribute_metadata(this.file, target, name);
    if (metadata.shape === null) return [];
    if (metadata.type !== this.library.H5T_class_t.H5T_STRING.value) return undefined;
    const bytes = metadata.size * metadata.total_size;
    if (bytes > this.size) throw tooLarge(`${path}: attribute "${name}"`, this.size, bytes);
    return this.#textValues(target, name, metadata.vlen, metadata.size, bytes);
  }

  /** Shape and number type of a dataset; throws where it cannot hold weights or claims more than the file can. */
  numbers(path: string): Hdf5Numbers {
    const metadata = this.library.get_dataset_metadata(this.file, `/${path}`);
    if (metadata.virtual_sources !== undefined) {
      throw new ModelFormatError('a weight is stored in other files, which is not followed', {
        place: path,
        expected: 'data in the file itself',
        got: `a virtual dataset of ${metadata.virtual_sources.map((source) => source.file_name).join(', ')}`,
      });
    }
    const [note] = this.texts(path, 'dtype') ?? [];
    const type = numberType(this.library, metadata.type, metadata.size, note);
    if (type === undefined || metadata.shape === null) {
      throw new UnsupportedModelError('a weight is not stored as floating-point numbers', {
        place: path,
        expected: 'float16, bfloat16, float32 or float64',
        got: note ?? `HDF5 type class ${metadata.type} of ${metadata.size} bytes`,
      });
    }
    const filters = this.library.get_dataset_filters(this.file, `/${path}`);
    const unknown = filters.find((filter) => !FILTERS.has(filter.id));
    if (unknown !== undefined) {
      throw new UnsupportedModelError('a weight is compressed in a way that is not supported', {
        place: path,
        expected: 'gzip, shuffle or fletcher32',
        got: unknown.name === '' ? `filter ${unknown.id}` : unknown.name,
      });
    }
    const deflated = filters.filter((filter) => filter.id === DEFLATE).length;
    const limit = this.size * MAX_DEFLATE_RATIO ** Math.min(deflated, 1);
    const bytes = sizeOf(metadata.shape) * metadata.size;
    if (bytes > limit || deflated > 1) throw tooLarge(path, limit, bytes);
    const chunk = sizeOf(metadata.chunks ?? []) * metadata.size;
    if (chunk > Math.max(limit, MAX_CHUNK)) throw tooLarge(`${path}: chunk`, limit, chunk);
    return { path, dims: metadata.shape, type };
  }

  read({ path, dims, type }: Hdf5Numbers): Float32Array {
    return decodeNumbers(type, this.bytes({ path, dims, type }));
  }

  /** The elements, little-endian. */
  bytes({ path, dims, type }: Hdf5Numbers): Uint8Array {
    return this.#borrow(sizeOf(dims) * type.bytes, (pointer, length) => {
      const status = this.library.get_dataset_data(this.file, `/${path}`, null, null, null, BigInt(pointer));
      if (status < 0) throw new ModelFormatError('a weight cannot be read', { place: path });
      return this.library.HEAPU8.slice(pointer, pointer + length);
    });
  }

  /** Stores elements in place of those of {@link bytes}; the file must be open for writing. */
  write({ path }: Hdf5Numbers, elements: Uint8Array): void {
    this.#borrow(elements.length, (pointer) => {
      this.library.HEAPU8.set(elements, pointer);
      const status = this.library.set_dataset_data(this.file, `/${path}`, null, null, null, BigInt(pointer));
      if (status < 0) throw new ModelFormatError('a weight cannot be written', { place: path });
    });
  }

  /** Finds all groups and datasets. Every object is entered once, so that links in circles end. */
  #scan(): void {
    const seen = new Set<string>();
    const pending = [''];
    for (let path = pending.pop(); path !== undefined; path = pending.pop()) {
      const address = this.library.create_object_reference(this.file, `/${path}`).join();
      if (seen.has(address)) continue;
      seen.add(address);
      const names = this.library.get_names(this.file, `/${path}`, false);
      this.#groups.set(path, names);
      for (const name of names) {
        const child = path === '' ? name : `${path}/${name}`;
        const outside = this.library.get_external_link(this.file, `/${child}`) as { filename?: string };
        if (outside.filename !== undefined) {
          throw new ModelFormatError('the file links to another file, which is not followed', {
            place: child,
            expected: 'everything in one file',
            got: `a link to ${outside.filename}`,
          });
        }
        const type = this.library.get_type(this.file, `/${child}`);
        if (type === this.library.H5G_GROUP) pending.push(child);
        else if (type === this.library.H5G_DATASET) this.#datasets.add(child);
        else if (type !== this.library.H5G_TYPE) {
          throw new ModelFormatError('a link inside the file leads nowhere', {
            place: child,
            expected: 'a group or data',
          });
        }
      }
    }
  }

  #textValues(target: string, name: string, variable: boolean, size: number, bytes: number): string[] {
    return this.#borrow(bytes, (pointer, length) => {
      this.library.get_attribute_data(this.file, target, name, BigInt(pointer));
      const raw = this.library.HEAPU8.slice(pointer, pointer + length);
      if (!variable) {
        return Array.from({ length: length / size }, (_, i) => text(raw.subarray(i * size, (i + 1) * size)));
      }
      const pointers = new Uint32Array(raw.buffer, 0, length / 4);
      const values = Array.from(pointers, (start) => (start === 0 ? '' : this.library.UTF8ToString(start)));
      this.library.reclaim_vlen_memory(this.file, target, name, BigInt(pointer));
      return values;
    });
  }

  #borrow<T>(length: number, work: (pointer: number, length: number) => T): T {
    const pointer = this.library._malloc(Math.max(length, 1));
    if (pointer === 0) throw new UnsupportedModelError('the file is too large for the HDF5 library');
    try {
      return work(pointer, length);
    } finally {
      this.library._free(pointer);
    }
  }
}

/** Runs `work` on the file with these bytes; what HDF5 complains about becomes a {@link ModelFormatError}. */
export async function readHdf5<T>(bytes: Uint8Array, work: (file: Hdf5Reader) => T): Promise<T> {
  return inMemory(bytes, 'r', work).then(({ result }) => result);
}

/**
 * The file with new values for some datasets, in file order; everything else stays as it is. Elements that keep their
 * value keep their bits.
 */
export async function writeHdf5(bytes: Uint8Array, changes: ReadonlyMap<string, Float32Array>): Promise<Uint8Array> {
  if (changes.size === 0) return bytes;
  const { content } = await inMemory(bytes.slice(), 'a', (file) => {
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

let opened = 0;

async function inMemory<T>(
  bytes: Uint8Array,
  mode: 'r' | 'a',
  work: (file: Hdf5Reader) => T,
): Promise<{ result: T; content: Uint8Array }> {
  // Loaded on first use: the library with its WebAssembly weighs 4 MB.
  const { ready, File } = await import('h5wasm');
  const library = await ready;
  const path = `/keras${opened++}`;
  library.activate_throwing_error_handler();
  try {
    // The library works on these very bytes; a Node buffer would be sliced without a copy, so it sees a plain array.
    const plain = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const options: { flags?: string; canOwn: boolean } = { canOwn: true };
    library.FS.writeFile(path, plain, options);
    const file = new File(path, mode);
    let result: T;
    try {
      result = work(new Hdf5Reader(library, file.file_id, bytes.length));
    } finally {
      file.close();
    }
    return { result, content: mode === 'a' ? library.FS.readFile(path) : bytes };
  } catch (cause) {
    if (cause instanceof NeuralCleanseError) throw cause;
    throw new ModelFormatError(
      'the HDF5 file is damaged',
      { expected: 'sound HDF5', got: complaint(cause) },
      { cause },
    );
  } finally {
    library.deactivate_throwing_error_handler();
    library.FS.unlink(path);
  }
}

function numberType(library: H5Module, kind: number, size: number, note: string | undefined): NumberType | undefined {
  // Keras 3 keeps bfloat16 as raw bytes and says so in an attribute.
  if (note === 'bfloat16') return size === 2 ? bfloat16 : undefined;
  if (kind !== library.H5T_class_t.H5T_FLOAT.value) return undefined;
  return new Map([
    [2, float16],
    [4, float32],
    [8, float64],
  ]).get(size);
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

/** The innermost message of HDF5's error stack. */
function complaint(cause: unknown): string {
  const lines = (cause instanceof Error ? cause.message : String(cause)).matchAll(/#\d+: .*?\(\): (.*)/g);
  return [...lines].at(-1)?.[1] ?? (cause instanceof Error ? cause.message.slice(0, 200) : 'an unknown failure');
}
