import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ScanReport } from '../../../src/engine/report/scanReport';
import type { RepairProgress } from '../../../src/runner/protocol/protocol';
import { sha256 } from '../../../src/runner/files/sha256';
import { temporaryFolder } from '../../support/temporaryFolder';
import { SAMPLE, start, task, untilGone, useEngine } from './engineUnderTest';

useEngine();

describe('a repair', () => {
  it('is computed, held, saved under another name and scanned again', async () => {
    const { client } = start({ idleAfter: 50 });
    const folder = await temporaryFolder();
    const [model, data] = [path.join(folder, 'model.onnx'), path.join(SAMPLE, 'images')];
    await fs.copyFile(path.join(SAMPLE, 'infected.onnx'), model);
    const scan = await task({ model, data, settings: { preset: 'quick', updates: 60, labels: [2, 7] } });
    const report = await client.scan(scan);
    const phases = new Set<string>();
    const onProgress = ({ phase }: RepairProgress) => phases.add(phase);
    const repair = { ...scan, id: 'repair', report, method: 'prune' as const, labelsToRepair: [7] };
    const repaired = await client.repair(repair, { onProgress });
    expect(repaired.labels).toEqual([7]);
    expect(repaired.before.triggers[0]!.attackSuccess).toBeGreaterThan(0.9);
    expect(repaired.after.triggers[0]!.attackSuccess).toBeLessThan(0.5);
    expect(phases).toContain('pruning');
    // As long as another process needs to end by itself.
    const { client: idle } = start({ idleAfter: 50 });
    await idle.inspect({ model });
    await untilGone(idle.pid!);
    await expect(client.saveRepair({ id: 'repair', out: model })).rejects.toThrow(/replace the original/);
    const out = path.join(folder, 'repaired.onnx');
    const scans: ScanReport[] = [];
    const onScan = (scan: ScanReport) => scans.push(scan);
    const saved = await client.saveRepair({ id: 'repair', out }, { onProgress, onScan });
    expect(saved.saved).toEqual({ file: 'repaired.onnx', sha256: sha256(await fs.readFile(out)) });
    expect(saved.rescan).toMatchObject({ flagged: [] });
    expect(scans).toHaveLength(1);
    const [scanned] = scans;
    expect(scanned).toMatchObject({ ...saved.rescan, model: { file: 'repaired.onnx', sha256: saved.saved!.sha256 } });
    expect(scanned!.settings).toEqual(report.settings);
    // Triggers and curves have crossed with their labels, and are whole.
    for (const label of [2, 7]) {
      expect(scanned!.labels[label]!.trigger!.mask).toHaveLength(4184);
      expect(scanned!.labels[label]!.curve.length).toBeGreaterThan(5);
    }
    expect(phases).toContain('scanning');
    expect(sha256(await fs.readFile(model))).toBe(report.model.sha256);
    await expect(client.saveRepair({ id: 'repair', out })).rejects.toThrow(/no longer in memory/);
    await client.discardRepair('repair');
  });

  it('stays saved where the scan of it is cancelled', async () => {
    const { client } = start();
    const folder = await temporaryFolder();
    const [model, data] = [path.join(SAMPLE, 'infected.onnx'), path.join(SAMPLE, 'images')];
    const scan = await task({ model, data, settings: { preset: 'quick', updates: 60, labels: [2, 7] } });
    const report = await client.scan(scan);
    await client.repair({ ...scan, id: 'repair', report, method: 'prune', labelsToRepair: [7] });
    const out = path.join(folder, 'repaired.onnx');
    const cancel = new AbortController();
    let scanned = 0;
    const saved = await client.saveRepair(
      { id: 'repair', out },
      {
        signal: cancel.signal,
        onProgress: ({ phase }) => {
          if (phase === 'scanning') cancel.abort();
        },
        onScan: () => scanned++,
      },
    );
    expect(saved.saved).toEqual({ file: 'repaired.onnx', sha256: sha256(await fs.readFile(out)) });
    expect(saved.rescan).toBeUndefined();
    expect(scanned).toBe(0);
  });
});
