/** @file Keeps what is written away from the model it was made from. */
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { UsageError } from '../../engine/support/errors';

/** Throws {@link UsageError} where `target` is one of the files or folders `originals`, also by another name. */
export async function protectOriginals(target: string, originals: readonly string[]): Promise<void> {
  const real = await fs.realpath(target).catch(() => undefined);
  if (real === undefined) return;
  const reals = await Promise.all(originals.map((file) => fs.realpath(file).catch(() => path.resolve(file))));
  if (!reals.includes(real)) return;
  throw new UsageError('the new file would replace the original model', {
    file: target,
    hint: 'Choose another name.',
  });
}
