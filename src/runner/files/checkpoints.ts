/** @file Checkpoints of unfinished scans on disk, one file per key. */
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import type { CheckpointStore } from '../../engine/detect/scanJob';
import { atomicWrite } from './atomicWrite';

/** Milliseconds after which a scan that nobody resumed is forgotten. */
const MAX_AGE = 30 * 24 * 3600 * 1000;

/**
 * Keeps checkpoints in `folder`, which is created when needed. Keys are hex digits; others are a RangeError. Every scan
 * leaves checkpoints; only one that resumes finds what an earlier one left.
 */
export class DiskCheckpoints implements CheckpointStore {
  #prepared = false;

  constructor(
    private readonly folder: string,
    private readonly resume: boolean,
  ) {}

  async load(key: string): Promise<string | undefined> {
    const file = this.#file(key);
    if (!this.resume) return undefined;
    try {
      return await fs.readFile(file, 'utf8');
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  async save(key: string, text: string): Promise<void> {
    const file = this.#file(key);
    if (!this.#prepared) await this.#prepare();
    await atomicWrite(file, text);
  }

  async remove(key: string): Promise<void> {
    await fs.rm(this.#file(key), { force: true });
  }

  async #prepare(): Promise<void> {
    await fs.mkdir(this.folder, { recursive: true, mode: 0o700 });
    for (const name of await fs.readdir(this.folder)) {
      const file = path.join(this.folder, name);
      const stat = await fs.stat(file).catch(() => undefined);
      if (stat?.isFile() === true && Date.now() - stat.mtimeMs > MAX_AGE) await fs.rm(file, { force: true });
    }
    this.#prepared = true;
  }

  #file(key: string): string {
    if (!/^[0-9a-f]{8,128}$/.test(key)) throw new RangeError(`Not a checkpoint key: ${JSON.stringify(key)}`);
    return path.join(this.folder, `${key}.json`);
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
