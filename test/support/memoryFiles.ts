/** @file A file system in memory. Paths are separated by slashes; the root folder is ''. */
import type { Files } from '../../src/engine/support/files';

/** `entries`: path → content; text is UTF-8. */
export function memoryFiles(entries: Readonly<Record<string, Uint8Array | string>>): Files {
  const contents = new Map(
    Object.entries(entries).map(([path, content]) => [
      path,
      typeof content === 'string' ? new TextEncoder().encode(content) : content,
    ]),
  );
  const isFolder = (path: string): boolean =>
    path === '' || [...contents.keys()].some((name) => name.startsWith(`${path}/`));
  return {
    info: (path) => {
      const content = contents.get(path);
      if (content !== undefined) return Promise.resolve({ kind: 'file', size: content.length });
      return Promise.resolve(isFolder(path) ? { kind: 'folder', size: 0 } : undefined);
    },
    list: (folder) => {
      const prefix = folder === '' ? '' : `${folder}/`;
      const names = [...contents.keys()]
        .filter((name) => name.startsWith(prefix))
        .map((name) => name.slice(prefix.length));
      return Promise.resolve([...new Set(names.map((name) => name.split('/')[0] ?? ''))].sort());
    },
    read: (path, offset = 0, length) => {
      const content = contents.get(path);
      if (content === undefined) return Promise.reject(new Error(`no such file: ${path}`));
      return Promise.resolve(content.slice(offset, length === undefined ? undefined : offset + length));
    },
    join: (folder, ...names) => [folder, ...names].filter((part) => part !== '').join('/'),
    parent: (path) => path.split('/').slice(0, -1).join('/'),
    baseName: (path) => path.split('/').at(-1) ?? '',
    inside: (folder, relative) => {
      const wrong =
        relative === '' || relative.startsWith('/') || relative.includes('\\') || relative.split('/').includes('..');
      return Promise.resolve(wrong ? undefined : [folder, relative].filter((part) => part !== '').join('/'));
    },
  };
}
