/** @file Writes a repaired model beside the original, reads it back and judges it again. */
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { UsageError } from '../../engine/support/errors';
import { readModel } from '../../engine/formats';
import { SAVED_MODEL } from '../../engine/formats/mainFiles';
import { hashModel } from '../../engine/formats/modelHash';
import type { RepairDraft } from '../../engine/repair/repairDraft';
import type { RepairReport } from '../../engine/report/repairReport';
import { atomicWriteAll } from './atomicWrite';
import { cannotWrite } from './cannotWrite';
import { fileExists } from './fileExists';
import { nodeFiles } from './nodeFiles';
import { protectOriginals } from './protectOriginals';
import { sha256 } from './sha256';

export interface SaveOptions {
  /** Index of another point of the pruning curve. */
  readonly point?: number;
  /** `others`: files that are there are replaced, but for the original; `original`: even that. Absent: nothing is replaced. */
  readonly replace?: 'others' | 'original';
}

/** `model.repaired.h5` for `model.h5`, in the same folder; for a SavedModel, which is a folder, one beside it. */
export function repairedPath(model: string): string {
  const { dir, name, ext, base } = path.parse(model);
  if (base === SAVED_MODEL) return `${path.dirname(path.resolve(model))}.repaired`;
  return path.join(dir, `${name}.repaired${ext}`);
}

/**
 * Writes all files of the draft, the main one as `out`; all of them or, with {@link UsageError} saying why, none. Returns
 * the report with what was measured on the files as they lie on disk.
 */
export async function saveRepair(draft: RepairDraft, out: string, options: SaveOptions = {}): Promise<RepairReport> {
  const { point, replace } = options;
  await checkRepairTarget(out, draft.originals, replace);
  const { files, report } = await draft.write(path.basename(out), point);
  const targets = files.map(({ name, bytes }) => ({ target: path.join(path.dirname(out), name), content: bytes }));
  for (const { target } of targets) {
    await checkRepairTarget(target, draft.originals, replace);
    await fs.mkdir(path.dirname(target), { recursive: true });
  }
  await atomicWriteAll(targets).catch((cause: unknown) => {
    throw cannotWrite('the repaired model', out, cause);
  });
  const saved = await readModel(nodeFiles, out, draft.readOptions);
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
  if (replace === 'original') return;
  await protectOriginals(target, originals);
  if (replace === undefined && (await fileExists(target))) {
    throw new UsageError('there is a file of this name already', { file: target, hint: 'Choose another name.' });
  }
}
