/** @file Writes a file so that a reader or a crash sees the old content or the new, never a part. */
import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs/promises';
import * as path from 'node:path';

/**
 * Replaces `target` (or creates it). A device or pipe is written to as it is; a link keeps pointing where it does. Parts are
 * asked for one by one while the parts before are written, so that making a large file blocks nobody.
 */
export async function atomicWrite(target: string, content: string | Uint8Array | Iterable<string>): Promise<void> {
  if (await isSpecial(target)) {
    await fs.writeFile(target, content);
    return;
  }
  const real = await realTarget(target);
  const temporary = temporaryName(real);
  try {
    const handle = await fs.open(temporary, 'wx');
    try {
      await handle.writeFile(content);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await fs.rename(temporary, real);
  } catch (error) {
    await fs.rm(temporary, { force: true });
    throw error;
  }
  await syncFolder(path.dirname(real));
}

/** Rejects with the system's error where {@link atomicWrite} would; leaves nothing behind. */
export async function checkWritable(target: string): Promise<void> {
  if (await isSpecial(target)) return;
  const real = await realTarget(target);
  const stat = await fs.stat(real).catch(() => undefined);
  if (stat?.isDirectory() === true) throw new Error(`${target} is a folder`);
  if (stat !== undefined) await fs.access(real, fs.constants.W_OK);
  const temporary = temporaryName(real);
  await (await fs.open(temporary, 'wx')).close();
  await fs.rm(temporary);
}

async function isSpecial(target: string): Promise<boolean> {
  const stat = await fs.stat(target).catch(() => undefined);
  return stat !== undefined && !stat.isFile() && !stat.isDirectory();
}

async function realTarget(target: string): Promise<string> {
  return fs.realpath(target).catch(() => path.resolve(target));
}

/** In the same folder, because a rename must not cross file systems. */
function temporaryName(target: string): string {
  return path.join(path.dirname(target), `.${path.basename(target)}.${randomBytes(6).toString('hex')}.tmp`);
}

/** Makes the rename itself survive a power cut; systems that can't sync a folder do without. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await fs.open(folder, 'r').catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}
