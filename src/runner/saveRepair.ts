/** @file Writes a repaired model beside the original, reads it back and judges it again. */
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { UsageError } from '../engine/errors';
import { readModel } from '../engine/formats';
import { hashModel } from '../engine/modelHash';
import type { RepairDraft } from '../engine/repairModel';
import type { RepairReport } from '../engine/repairReport';
import { atomicWriteAll } from './atomicWrite';
import { nodeFiles } from './nodeFiles';
import { sha256 } from './sha256';
import { systemReason } from './systemReason';

export interface SaveOptions {
  /** Index of another point of the pruning curve. */
  readonly point?: number;
  /** `others`: files that are there are replaced, but for the original; `original`: even that. Absent: nothing is replaced. */
  readonly replace?: 'others' | 'original';
  /** For weights that stand without their architecture. */
  readonly architecture?: string;
}

/** `model.repaired.h5` for `model.h5`, in the same folder. */
export function repairedPath(model: string): string {
  const { dir, name, ext } = path.parse(model);
  return path.join(dir, `${name}.repaired${ext}`);
}

/**
 * Writes all files of the draft, the main one as `out`; all of them or, with {@link UsageError} saying why, none. Returns
 * the report with what was measured on the files as they lie on disk.
 */
export async function saveRepair(draft: RepairDraft, out: string, options: SaveOptions = {}): Promise<RepairReport> {
  const { point, replace, architecture } = options;
  await checkRepairTarget(out, draft.originals, replace);
  const { files, report } = await draft.write(path.basename(out), point);
  const targets = files.map(({ name, bytes }) => ({ target: path.join(path.dirname(out), name), content: bytes }));
  for (const { target } of targets) await checkRepairTarget(target, draft.originals, replace);
  await atomicWriteAll(targets).catch((cause: unknown) => {
    throw new UsageError(`the repaired model cannot be written (${systemReason(cause)})`, { file: out }, { cause });
  });
  const saved = await readModel(nodeFiles, out, architecture === undefined ? {} : { architecture });
  return {
    ...report,
    after: await draft.evaluate(nodeFiles, out),
    saved: { file: path.basename(out), sha256: await hashModel(nodeFiles, saved, sha256) },
  };
}

/** Throws {@link UsageError} where the target exists and must not be replaced. */
export async function checkRepairTarget(
  target: string,
  originals: readonly string[],
  replace: SaveOptions['replace'],
): Promise<void> {
  const real = await fs.realpath(target).catch(() => undefined);
  if (real === undefined || replace === 'original') return;
  const protectedFiles = await Promise.all(originals.map((file) => fs.realpath(file).catch(() => path.resolve(file))));
  if (protectedFiles.includes(real)) {
    throw new UsageError('the repaired model would replace the original', {
      file: target,
      hint: 'Choose another name.',
    });
  }
  if (replace === undefined) {
    throw new UsageError('there is a file of this name already', { file: target, hint: 'Choose another name.' });
  }
}
