import { execFileSync, spawnSync } from 'node:child_process';
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { UsageError } from '../../../../src/engine/support/errors';
import type { RepairDraft } from '../../../../src/engine/repair/repairDraft';
import type { Evaluation, RepairReport } from '../../../../src/engine/report/repairReport';
import { readModel } from '../../../../src/engine/formats';
import { atomicWriteAll } from '../../../../src/runner/files/atomicWrite';
import { repairedPath, saveRepair } from '../../../../src/runner/files/saveRepair';
import { sha256 } from '../../../../src/runner/files/sha256';
import { nodeFiles } from '../../../../src/runner/files/nodeFiles';
import { safetensorsOf } from '../../../support/safetensorsOf';
import { temporaryFolder } from '../../../support/temporaryFolder';
import { toyFiles } from '../../../support/toyNetwork';

const MODEL = toyFiles(1)['model.onnx'];
const EVALUATION: Evaluation = { cleanAccuracy: 0.5, perClass: [], triggers: [] };

let folder: string;
let original: string;
beforeEach(async () => {
  folder = await temporaryFolder();
  original = path.join(folder, 'model.onnx');
  await fs.writeFile(original, MODEL);
});

function draft(extra: readonly { name: string; bytes: Uint8Array }[] = []): RepairDraft {
  return {
    report: {} as RepairReport,
    originals: [original],
    readOptions: {},
    write: (baseName) =>
      Promise.resolve({ files: [{ name: baseName, bytes: MODEL }, ...extra], report: {} as RepairReport }),
    evaluate: () => Promise.resolve(EVALUATION),
  };
}

describe('saveRepair', () => {
  it('writes beside the original and reports what lies on disk', async () => {
    const out = repairedPath(original);
    expect(path.basename(out)).toBe('model.repaired.onnx');
    const report = await saveRepair(draft(), out);
    expect(report.saved).toEqual({ file: 'model.repaired.onnx', sha256: sha256(MODEL) });
    expect(report.after).toBe(EVALUATION);
    expect(await fs.readdir(folder)).toEqual(['model.onnx', 'model.repaired.onnx']);
  });

  it('reads weights back with the network of the original, in whatever folder they are written', async () => {
    const bytes = safetensorsOf(await readModel(nodeFiles, original, {}));
    const weights = {
      write: (name: string) => Promise.resolve({ files: [{ name, bytes }], report: {} as RepairReport }),
    };
    const out = path.join(folder, 'elsewhere', 'net.repaired.safetensors');
    await fs.mkdir(path.dirname(out));
    const report = await saveRepair({ ...draft(), ...weights, readOptions: { architecture: original } }, out);
    expect(report.saved?.file).toBe('net.repaired.safetensors');
  });

  it('never replaces a file unless asked, and the original only when asked twice', async () => {
    const out = path.join(folder, 'other.onnx');
    await fs.writeFile(out, 'mine');
    await expect(saveRepair(draft(), out)).rejects.toThrow('already');
    await expect(saveRepair(draft(), original, { replace: 'others' })).rejects.toThrow('replace the original');
    const link = path.join(folder, 'link.onnx');
    await fs.symlink(original, link);
    await expect(saveRepair(draft(), link, { replace: 'others' })).rejects.toThrow('replace the original');
    await saveRepair(draft(), out, { replace: 'others' });
    expect(sha256(await fs.readFile(out))).toBe(sha256(MODEL));
    await saveRepair(draft(), original, { replace: 'original' });
  });

  it('writes no file at all where one of several is in the way', async () => {
    await fs.writeFile(path.join(folder, 'weights.bin'), 'mine');
    const several = draft([{ name: 'weights.bin', bytes: MODEL }]);
    await expect(saveRepair(several, path.join(folder, 'new.onnx'))).rejects.toThrow('already');
    expect(await fs.readdir(folder)).toEqual(['model.onnx', 'weights.bin']);
  });

  it.skipIf(process.getuid?.() !== 0)('leaves nothing behind on a full disk', async (test) => {
    const small = path.join(folder, 'small');
    await fs.mkdir(small);
    if (!mount(['-t', 'tmpfs', '-o', 'size=64k', 'none', small])) test.skip();
    try {
      const large = draft([{ name: 'weights.bin', bytes: new Uint8Array(200_000) }]);
      await expect(saveRepair(large, path.join(small, 'new.onnx'))).rejects.toThrow('the disk is full');
      expect(await fs.readdir(small)).toEqual([]);
      expect(sha256(await fs.readFile(original))).toBe(sha256(MODEL));
    } finally {
      execFileSync('umount', [small]);
    }
  });

  it.skipIf(process.platform === 'win32')('leaves a read-only folder as it is', async (test) => {
    // No mode keeps root out, but a file system that is read-only does.
    const root = process.getuid?.() === 0;
    if (!root) await fs.chmod(folder, 0o555);
    else if (!mount(['-t', 'tmpfs', 'none', folder])) test.skip();
    try {
      if (root) {
        await fs.writeFile(original, MODEL);
        execFileSync('mount', ['-o', 'remount,ro', folder]);
      }
      const saved = saveRepair(draft([{ name: 'weights.bin', bytes: MODEL }]), repairedPath(original));
      await expect(saved).rejects.toBeInstanceOf(UsageError);
      await expect(saved).rejects.toThrow(
        /model\.repaired\.onnx: the repaired model cannot be written \((the file system is read-only|permission denied)\)/,
      );
      expect(await fs.readdir(folder)).toEqual(['model.onnx']);
      expect(sha256(await fs.readFile(original))).toBe(sha256(MODEL));
    } finally {
      if (root) execFileSync('umount', [folder]);
      else await fs.chmod(folder, 0o755);
    }
  });
});

/** Whether it worked: not every container may mount. */
function mount(args: readonly string[]): boolean {
  return spawnSync('mount', args, { stdio: 'ignore' }).status === 0;
}

describe('atomicWriteAll', () => {
  it('takes back what it has written when a later file fails', async () => {
    const [first, second] = [path.join(folder, 'a'), path.join(folder, 'b')];
    await fs.writeFile(second, 'old');
    await fs.mkdir(first);
    await fs.writeFile(path.join(first, 'inside'), '');
    // A folder in the place of the main file makes the last rename fail.
    const files = [first, second].map((target) => ({ target, content: 'new' }));
    await expect(atomicWriteAll(files)).rejects.toThrow();
    expect(await fs.readFile(second, 'utf8')).toBe('old');
    expect((await fs.readdir(folder)).sort()).toEqual(['a', 'b', 'model.onnx']);
  });
});
