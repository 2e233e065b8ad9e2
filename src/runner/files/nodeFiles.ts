/** @file The engine's file access on Node. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import type { FileInfo, Files } from '../../engine/support/files';

export const nodeFiles: Files = {
  async info(target): Promise<FileInfo | undefined> {
    const stat = await fs.stat(target).catch(() => undefined);
    if (stat === undefined || (!stat.isFile() && !stat.isDirectory())) return undefined;
    return stat.isDirectory() ? { kind: 'folder', size: 0 } : { kind: 'file', size: stat.size };
  },
  async list(folder) {
    return (await fs.readdir(folder)).sort();
  },
  async read(target, offset = 0, length) {
    if (offset === 0 && length === undefined) return plainBytes(await fs.readFile(target));
    const handle = await fs.open(target, 'r');
    try {
      const { size } = await handle.stat();
      const bytes = new Uint8Array(Math.max(0, Math.min(length ?? size, size - offset)));
      let filled = 0;
      while (filled < bytes.length) {
        const { bytesRead } = await handle.read(bytes, filled, bytes.length - filled, offset + filled);
        if (bytesRead === 0) break;
        filled += bytesRead;
      }
      return bytes.subarray(0, filled);
    } finally {
      await handle.close();
    }
  },
  readSync(target, offset, length) {
    const handle = openSync(target, 'r');
    try {
      const bytes = new Uint8Array(Math.max(0, Math.min(length, fstatSync(handle).size - offset)));
      let filled = 0;
      while (filled < bytes.length) {
        const bytesRead = readSync(handle, bytes, filled, bytes.length - filled, offset + filled);
        if (bytesRead === 0) break;
        filled += bytesRead;
      }
      return bytes.subarray(0, filled);
    } finally {
      closeSync(handle);
    }
  },
  join: (folder, ...names) => path.join(folder, ...names),
  parent: (target) => path.dirname(path.resolve(target)),
  baseName: (target) => path.basename(path.resolve(target)),
  async inside(folder, relative) {
    if (relative === '' || path.isAbsolute(relative) || relative.includes('\0') || /^[a-z]:|\\/i.test(relative))
      return undefined;
    const target = path.resolve(folder, relative);
    const stays = (root: string, child: string): boolean =>
      child.startsWith(root.endsWith(path.sep) ? root : root + path.sep);
    if (!stays(path.resolve(folder), target)) return undefined;
    const [realRoot, real] = await Promise.all([fs.realpath(folder), fs.realpath(target).catch(() => undefined)]);
    if (real === undefined) return target;
    return stays(realRoot, real) ? target : undefined;
  },
};

/** The same bytes as what the engine knows: a Buffer calls itself one too, but its `slice` is no copy. */
function plainBytes(buffer: Buffer): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}
