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
  await atomicWriteAll([{ target, content }]);
}

export interface FileContent {
  readonly target: string;
  readonly content: string | Uint8Array | Iterable<string>;
}

/**
 * Replaces or creates several files, all or none: every content is on disk before the first one appears under its name. The
 * first of `files` appears last, so that whoever sees it sees the others too.
 */
export async function atomicWriteAll(files: readonly FileContent[]): Promise<void> {
  const staged: { readonly temporary: string; readonly real: string }[] = [];
  const undo: (() => Promise<void>)[] = [];
  try {
    for (const { target, content } of files) {
      const real = await realTarget(target);
      const temporary = temporaryName(real);
      staged.push({ temporary, real });
      await writeThrough(temporary, content);
    }
    for (const { temporary, real } of staged.toReversed()) undo.push(await moveInto(temporary, real, files.length > 1));
  } catch (error) {
    for (const { temporary } of staged) await fs.rm(temporary, { force: true });
    for (const step of undo.reverse()) await step();
    throw error;
  }
  for (const folder of new Set(staged.map(({ real }) => path.dirname(real)))) await syncFolder(folder);
}

async function writeThrough(file: string, content: FileContent['content']): Promise<void> {
  const handle = await fs.open(file, 'wx');
  try {
    await fs.writeFile(handle, content);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Returns what brings the old state back; the old content is kept for that only where others may still fail. */
async function moveInto(temporary: string, real: string, othersMayFail: boolean): Promise<() => Promise<void>> {
  const before = othersMayFail ? await fs.readFile(real).catch(() => undefined) : undefined;
  await fs.rename(temporary, real);
  return () => (before === undefined ? fs.rm(real, { force: true }) : fs.writeFile(real, before));
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
