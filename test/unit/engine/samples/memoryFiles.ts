/** @file Files in memory, for tests: paths are absolute, with `/` between their parts. */
import { posix as path } from 'node:path';
import type { Files } from '../../../../src/engine/files';

/** `contents` by absolute path; folders exist where files lie in them. */
export function memoryFiles(contents: Readonly<Record<string, Uint8Array | string>>): Files {
  const files = new Map(
    Object.entries(contents).map(([name, content]) => [
      name,
      typeof content === 'string' ? new TextEncoder().encode(content) : content,
    ]),
  );
  const folders = new Map<string, Set<string>>();
  for (const name of files.keys()) {
    for (let at = name; at !== '/'; at = path.dirname(at)) {
      const folder = path.dirname(at);
      folders.set(folder, (folders.get(folder) ?? new Set()).add(path.basename(at)));
    }
  }
  return {
    info(target) {
      const bytes = files.get(target);
      if (bytes !== undefined) return Promise.resolve({ kind: 'file', size: bytes.length });
      return Promise.resolve(folders.has(target) ? { kind: 'folder', size: 0 } : undefined);
    },
    list: (folder) => Promise.resolve([...(folders.get(folder) ?? [])].sort()),
    read(target, offset = 0, length) {
      const bytes = files.get(target);
      if (bytes === undefined) return Promise.reject(new Error(`No file ${target}`));
      return Promise.resolve(bytes.slice(offset, length === undefined ? undefined : offset + length));
    },
    join: (folder, ...names) => path.join(folder, ...names),
    parent: (target) => path.dirname(target),
    baseName: (target) => path.basename(target),
    inside(folder, relative) {
      const target = path.resolve(folder, relative);
      return Promise.resolve(target.startsWith(`${folder}/`) ? target : undefined);
    },
  };
}
