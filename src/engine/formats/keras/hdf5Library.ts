/**
 * @file The HDF5 library compiled to WebAssembly, with one file in its memory. It sees no other file, so nothing that a file
 * names can be reached.
 */
import type { ready } from 'h5wasm';
import { ModelFormatError, NeuralCleanseError } from '../../errors';
import { checkGlobalHeaps } from './hdf5Heap';

export type Hdf5Library = Awaited<typeof ready>;

let opened = 0;

/** Opens the file with these bytes, runs `work` on its handle, and returns the result and the content afterwards. */
export async function withHdf5<T>(
  bytes: Uint8Array,
  mode: 'read' | 'change',
  work: (library: Hdf5Library, file: bigint) => T,
): Promise<{ result: T; content: Uint8Array }> {
  checkGlobalHeaps(bytes);
  // Loaded on first use: the library with its WebAssembly weighs 4 MB.
  const { ready, File } = await import('h5wasm');
  const library = await ready;
  const path = `/keras${opened++}`;
  library.activate_throwing_error_handler();
  try {
    return guarded(undefined, () => {
      // The library works on the very bytes it is given; those of a Node buffer it would not even copy on request.
      const plain = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      const options: { flags?: string; canOwn: boolean } = { canOwn: true };
      library.FS.writeFile(path, mode === 'read' ? plain : plain.slice(), options);
      const file = new File(path, mode === 'read' ? 'r' : 'a');
      let result: T;
      try {
        result = work(library, file.file_id);
      } finally {
        file.close();
      }
      return { result, content: mode === 'read' ? bytes : library.FS.readFile(path) };
    });
  } finally {
    library.deactivate_throwing_error_handler();
    library.FS.unlink(path);
  }
}

/** Runs `work`; what the library complains about becomes a {@link ModelFormatError} that names the place. */
export function guarded<T>(place: string | undefined, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (cause instanceof NeuralCleanseError) throw cause;
    const got = complaint(cause);
    const [summary, expected] = got.includes('external')
      ? ['the file keeps data in another file, which is not followed', 'everything in one file']
      : ['the HDF5 file is damaged', 'sound HDF5'];
    throw new ModelFormatError(summary, { ...(place === undefined ? {} : { place }), expected, got }, { cause });
  }
}

/** The innermost message of HDF5's error stack. */
function complaint(cause: unknown): string {
  const message = cause instanceof Error ? cause.message : String(cause);
  const innermost = [...message.matchAll(/#\d+: .*?\(\): (.*)/g)].at(-1)?.[1];
  return innermost ?? message.slice(0, 200);
}
