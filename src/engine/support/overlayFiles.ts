/** @file Files that are not on disk yet, laid over those that are. */
import type { Files } from './files';

/** `written`: path → content, as `base` spells paths. Everything else is read from `base`. */
export function overlayFiles(base: Files, written: ReadonlyMap<string, Uint8Array>): Files {
  const cut = (bytes: Uint8Array, offset = 0, length = bytes.length - offset): Uint8Array =>
    bytes.slice(offset, offset + length);
  return {
    ...base,
    info: (path) => {
      const bytes = written.get(path);
      return bytes === undefined ? base.info(path) : Promise.resolve({ kind: 'file', size: bytes.length });
    },
    read: (path, offset, length) => {
      const bytes = written.get(path);
      return bytes === undefined ? base.read(path, offset, length) : Promise.resolve(cut(bytes, offset, length));
    },
    ...(base.readSync !== undefined && {
      readSync: (path: string, offset: number, length: number) => {
        const bytes = written.get(path);
        return bytes === undefined && base.readSync !== undefined
          ? base.readSync(path, offset, length)
          : cut(bytes ?? new Uint8Array(), offset, length);
      },
    }),
  };
}
