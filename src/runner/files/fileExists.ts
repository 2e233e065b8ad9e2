/** @file Whether something is at a place on the disk. */
import * as fs from 'node:fs/promises';

/** A file or folder; `false` also where it cannot be seen. */
export async function fileExists(file: string): Promise<boolean> {
  return fs.stat(file).then(
    () => true,
    () => false,
  );
}
