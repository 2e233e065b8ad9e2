/** @file The inside of a zip archive as a file system, so that every folder reader also reads archives. */
import { SamplesError } from '../../support/errors';
import type { FileInfo, Files } from '../../support/files';
import type { ZipEntry } from '../../containers/zip/directory';
import { openEntry, readZipDirectory } from './zip';

/** Members are images and tables; a larger one is not what it seems. */
const MAX_MEMBER = 1 << 28;

/** Deeper members are left out; every level costs memory. */
const MAX_DEPTH = 32;

/** Paths are `/`-separated names inside the archive; the empty path is its root. */
export async function zipFiles(files: Files, path: string): Promise<Files> {
  const entries = new Map<string, ZipEntry>();
  const folders = new Map<string, Set<string>>([['', new Set()]]);
  for (const entry of await readZipDirectory(files, path)) {
    const parts = entry.name.split('/').filter((part) => part !== '' && part !== '.');
    if (parts.length === 0 || parts.length > MAX_DEPTH) continue;
    entries.set(parts.join('/'), entry);
    parts.forEach((part, depth) => {
      const folder = parts.slice(0, depth).join('/');
      const names = folders.get(folder) ?? new Set();
      folders.set(folder, names.add(part));
    });
  }
  const lookUp = (member: string): ZipEntry => {
    const entry = entries.get(member);
    if (entry === undefined) throw new SamplesError('the archive has no such file', { file: member });
    if (entry.size > MAX_MEMBER) {
      throw new SamplesError('the file in the archive is too large', {
        file: files.baseName(path),
        place: member,
        expected: `at most ${MAX_MEMBER} bytes`,
        got: `${entry.size} bytes`,
      });
    }
    return entry;
  };
  const normal = (member: string): string | undefined => {
    const parts: string[] = [];
    for (const part of member.split('/').filter((name) => name !== '' && name !== '.')) {
      if (part !== '..') parts.push(part);
      else if (parts.pop() === undefined) return undefined;
    }
    return parts.join('/');
  };
  return {
    info(member) {
      const entry = entries.get(member);
      const file: FileInfo | undefined = entry && { kind: 'file', size: entry.size };
      return Promise.resolve(folders.has(member) ? { kind: 'folder', size: 0 } : file);
    },
    list: (folder) => Promise.resolve([...(folders.get(folder) ?? [])].sort()),
    async read(member, offset = 0, length) {
      const entry = lookUp(member);
      const available = Math.max(0, entry.size - offset);
      const bytes = await openEntry(files, path, entry);
      return bytes.read(Math.min(offset, entry.size), Math.min(length ?? available, available));
    },
    join: (folder, ...names) => normal([folder, ...names].join('/')) ?? '',
    parent: (member) => member.split('/').slice(0, -1).join('/'),
    baseName: (member) => (member === '' ? files.baseName(path) : (member.split('/').at(-1) ?? member)),
    inside(folder, relative) {
      const target = normal(`${folder}/${relative}`);
      const unsafe = relative === '' || /^[/\\]|^[a-z]:|\\|\0/i.test(relative);
      const stays = target !== undefined && (folder === '' || target.startsWith(`${folder}/`));
      return Promise.resolve(unsafe || !stays ? undefined : target);
    },
  };
}
