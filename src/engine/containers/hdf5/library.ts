/**
 * @file The HDF5 library compiled to WebAssembly. It sees only the files that are put into its own file system, so nothing
 * that a file names can be reached.
 */
import type { ready } from 'h5wasm';
import { ModelFormatError, NeuralCleanseError } from '../../support/errors';
import { checkHeaps } from './heaps';

export type Hdf5Library = Awaited<typeof ready>;

/** Its memory never shrinks, and each complaint about a file costs it a piece of its stack. */
const MAX_IDLE_BYTES = 1 << 26;
const MAX_COMPLAINTS = 50;

let kept: Promise<Hdf5Library> | undefined;
let complaints = 0;
let opened = 0;

/** The instance for the next file; whoever has taken one keeps it until the file is closed. */
export function hdf5Library(): Promise<Hdf5Library> {
  return (kept ??= load());
}

/** To be called when a file is closed. */
export function releaseLibrary(library: Hdf5Library): void {
  if (library.HEAPU8.length > MAX_IDLE_BYTES) kept = undefined;
}

/** Opens the file with these bytes, runs `work` on its handle, and returns the result and the content afterwards. */
export async function withHdf5<T>(
  bytes: Uint8Array,
  mode: 'read' | 'change',
  work: (library: Hdf5Library, file: bigint) => T,
): Promise<{ result: T; content: Uint8Array }> {
  // The library works on the very bytes it is given; those of a Node buffer it would not even copy on request.
  const plain = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  checkHeaps((position, target) => {
    target.set(plain.subarray(position, position + target.length));
  }, plain.length);
  const library = await hdf5Library();
  const path = `/model${String(opened++)}`;
  const options: { flags?: string; canOwn: boolean } = { canOwn: true };
  library.FS.writeFile(path, mode === 'read' ? plain : plain.slice(), options);
  try {
    return guarded(undefined, () => {
      const { H5F_ACC_RDONLY, H5F_ACC_RDWR } = library;
      const file = library.open(path, mode === 'read' ? H5F_ACC_RDONLY : H5F_ACC_RDWR, false, -1, -1);
      let result: T;
      try {
        result = work(library, file);
      } finally {
        library.close_file(file);
      }
      return { result, content: mode === 'read' ? bytes : library.FS.readFile(path) };
    });
  } finally {
    library.FS.unlink(path);
    releaseLibrary(library);
  }
}

/** A new instance; loaded on first use, because the library weighs 4 MB. */
async function load(): Promise<Hdf5Library> {
  const { default: create } = await import('../../../../node_modules/h5wasm/dist/esm/hdf5_util.js');
  complaints = 0;
  const library = await create({ noInitialRun: true });
  library.activate_throwing_error_handler();
  return library;
}

/** Runs `work` on the library; what it complains about becomes a {@link ModelFormatError} that names the place. */
export function guarded<T>(place: string | undefined, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (cause instanceof NeuralCleanseError) throw cause;
    if (++complaints >= MAX_COMPLAINTS || isTrap(cause)) kept = undefined;
    const got = complaint(cause);
    const [summary, expected] = got.includes('external')
      ? ['the file keeps data in another file, which is not followed', 'everything in one file']
      : ['the HDF5 file is damaged', 'sound HDF5'];
    throw new ModelFormatError(summary, { ...(place === undefined ? {} : { place }), expected, got }, { cause });
  }
}

/** Whether the library itself crashed, which leaves it in no state to go on. */
function isTrap(error: unknown): boolean {
  return error instanceof Error && (/^RuntimeError$/.test(error.name) || isTrap(error.cause));
}

/** The innermost message of HDF5's error stack. */
function complaint(cause: unknown): string {
  const message = cause instanceof Error ? cause.message : String(cause);
  const innermost = [...message.matchAll(/#\d+: .*?\(\): (.*)/g)].at(-1)?.[1];
  return innermost ?? message.slice(0, 200);
}
