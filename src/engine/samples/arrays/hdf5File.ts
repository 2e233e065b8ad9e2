/**
 * @file HDF5 files for the WASM library, mounted so that only the parts it asks for are read. The library sees no other
 * file, so links and external storage named in a file lead nowhere.
 */
import { SamplesError } from '../../support/errors';
import type { Files } from '../../support/files';
import { checkHeaps, type ByteReader } from '../../containers/hdf5/heaps';
import { guarded, hdf5Library, releaseLibrary, type Hdf5Library } from '../../containers/hdf5/library';
import { samplesError } from './asSamplesError';

/** Loaded whole where the host has no synchronous reading. */
const MAX_WHOLE_BYTES = 1 << 30;

/** Bytes read from the host at once; HDF5 asks for many small pieces. */
const BLOCK = 1 << 20;
const MAX_BLOCKS = 16;

export interface OpenHdf5 {
  readonly library: Hdf5Library;
  /** Of the file, for calls of the library. */
  readonly handle: bigint;
  /** Runs `work`; what HDF5 complains about becomes a {@link SamplesError}. */
  guard<T>(work: () => T): T;
  close(): void;
}

/** The parts of Emscripten's file system that are used here. */
interface EmscriptenFs {
  createNode(parent: FsNode | null, name: string, mode: number, device: number): FsNode;
  mount(type: { mount(): FsNode }, options: object, mountPoint: string): void;
  unmount(mountPoint: string): void;
  mkdir(path: string): void;
  rmdir(path: string): void;
  readonly ErrnoError: new (code: number) => Error;
}

interface FsNode {
  id: number;
  mode: number;
  node_ops: { getattr(node: FsNode): object; lookup?(): never };
  stream_ops: {
    llseek?(stream: { position: number }, offset: number, whence: number): number;
    read?(stream: unknown, target: Uint8Array, at: number, length: number, position: number): number;
  };
}

const READ_ONLY_FOLDER = 0o40555;
const READ_ONLY_FILE = 0o100444;

/** WASI's ENOENT. */
const NO_ENTRY = 44;

let opened = 0;

/** Opens `path` for reading; close it when done. Throws {@link SamplesError} when it is no sound HDF5 file. */
export async function openHdf5(files: Files, path: string): Promise<OpenHdf5> {
  const name = files.baseName(path);
  const size = (await files.info(path))?.size ?? 0;
  const read = await synchronousReader(files, path, size);
  const guard = <T>(work: () => T): T => {
    try {
      return guarded(undefined, work);
    } catch (cause) {
      throw samplesError(name, cause);
    }
  };
  guard(() => {
    checkHeaps(read, size);
  });
  const library = await hdf5Library();
  const fs = library.FS as unknown as EmscriptenFs;
  const mountPoint = `/samples${opened++}`;
  fs.mkdir(mountPoint);
  fs.mount(singleFile(fs, size, read), {}, mountPoint);
  const unmount = (): void => {
    fs.unmount(mountPoint);
    fs.rmdir(mountPoint);
    releaseLibrary(library);
  };
  try {
    const handle = guard(() => library.open(`${mountPoint}/file`, library.H5F_ACC_RDONLY, false, -1, -1));
    return {
      library,
      handle,
      guard,
      close() {
        library.close_file(handle);
        unmount();
      },
    };
  } catch (error) {
    unmount();
    throw error;
  }
}

/** A file system that holds one read-only file named "file". */
function singleFile(fs: EmscriptenFs, size: number, read: ByteReader): { mount(): FsNode } {
  const attributes = (node: FsNode): object => {
    const time = new Date(0);
    const owner = { uid: 0, gid: 0, dev: 1, rdev: 0, nlink: 1 };
    return {
      ...owner,
      ino: node.id,
      mode: node.mode,
      size,
      atime: time,
      mtime: time,
      ctime: time,
      blksize: 4096,
      blocks: 1,
    };
  };
  return {
    mount() {
      const root = fs.createNode(null, '/', READ_ONLY_FOLDER, 0);
      const node = fs.createNode(root, 'file', READ_ONLY_FILE, 0);
      node.node_ops = { getattr: attributes };
      // Asked only for names that do not exist; without it the folder counts as closed.
      root.node_ops = {
        getattr: attributes,
        lookup() {
          throw new fs.ErrnoError(NO_ENTRY);
        },
      };
      root.stream_ops = {};
      node.stream_ops = {
        llseek(stream, offset, whence) {
          const origins = [0, stream.position, size];
          return (origins[whence] ?? 0) + offset;
        },
        read(_stream, target, at, length, position) {
          const count = Math.max(0, Math.min(length, size - position));
          read(position, target.subarray(at, at + count));
          return count;
        },
      };
      return root;
    },
  };
}

async function synchronousReader(files: Files, path: string, size: number): Promise<ByteReader> {
  if (files.readSync !== undefined) return cachedReader(files.readSync.bind(files), path, size);
  if (size > MAX_WHOLE_BYTES) {
    throw new SamplesError('the HDF5 file is too large for this host', {
      file: files.baseName(path),
      expected: `at most ${MAX_WHOLE_BYTES} bytes`,
      got: `${size} bytes`,
    });
  }
  const bytes = await files.read(path);
  return (position, target) => {
    target.set(bytes.subarray(position, position + target.length));
  };
}

/** Keeps the last few blocks, since HDF5 returns to its indices again and again. */
function cachedReader(readSync: NonNullable<Files['readSync']>, path: string, size: number): ByteReader {
  const blocks = new Map<number, Uint8Array>();
  const block = (index: number): Uint8Array => {
    const bytes = blocks.get(index) ?? readSync(path, index * BLOCK, Math.min(BLOCK, size - index * BLOCK));
    blocks.delete(index);
    blocks.set(index, bytes);
    const [oldest] = blocks.keys();
    if (blocks.size > MAX_BLOCKS && oldest !== undefined) blocks.delete(oldest);
    return bytes;
  };
  return (position, target) => {
    for (let done = 0; done < target.length;) {
      const at = position + done;
      const piece = block(Math.floor(at / BLOCK)).subarray(at % BLOCK, (at % BLOCK) + target.length - done);
      if (piece.length === 0) throw new SamplesError('the file became shorter while it was read', { file: path });
      target.set(piece, done);
      done += piece.length;
    }
  };
}
