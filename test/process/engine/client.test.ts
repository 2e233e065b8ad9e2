import * as fs from 'node:fs/promises';
import * as os from 'node:os';
import * as path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ScanProgress } from '../../../src/engine/detect/scanJob';
import { UsageError } from '../../../src/engine/support/errors';
import { jsonReport, parseReport } from '../../../src/engine/output/scanJson';
import { sha256 } from '../../../src/runner/files/sha256';
import { temporaryFolder } from '../../support/temporaryFolder';
import { LONG, SAMPLE, SMALL, firstProgress, posix, start, task, useEngine } from './engineUnderTest';

useEngine();

describe('the sample model', () => {
  const [model, data] = [path.join(SAMPLE, 'infected.onnx'), path.join(SAMPLE, 'images')];

  it('is scanned, label by label', async () => {
    const { client } = start();
    const labels = new Map<number, number | undefined>();
    let started = 0;
    let last: ScanProgress | undefined;
    const phases = new Set<string>();
    const settings = { preset: 'quick', updates: 60, labels: [2, 7] } as const;
    const report = await client.scan(await task({ model, data, settings }), {
      onStart: () => started++,
      onProgress: (progress) => {
        phases.add(progress.phase);
        if (progress.phase === 'inverting') last = progress;
      },
      onLabel: ({ label, l1 }) => labels.set(label, l1),
    });
    expect(started).toBe(1);
    expect([...phases]).toEqual(['screening', 'inverting', 'verifying']);
    expect(last).toMatchObject({ total: 120 });
    expect(last!.done).toBeGreaterThan(60);
    expect([...labels.keys()].sort()).toEqual([2, 7]);
    for (const [label, l1] of labels) expect(report.labels[label]).toMatchObject({ state: 'found', l1 });
    // Triggers and curves have crossed once only, and are whole.
    expect(report.labels[7]!.trigger!.mask).toHaveLength(4184);
    expect(report.labels[7]!.curve.length).toBeGreaterThan(5);
    expect(report.labels[7]!.l1).toBeLessThan(report.labels[2]!.l1! / 3);
    expect(parseReport(jsonReport(report))).toEqual(report);
    if (posix) expect(os.getPriority(client.pid)).toBe(Math.min(19, os.getPriority() + 10));
  });

  it('is inspected, and shown with its samples', async () => {
    const { client } = start();
    const inspection = await client.inspect({ model });
    expect(inspection).toMatchObject({ file: 'infected.onnx', classes: 10, sha256: sha256(await fs.readFile(model)) });
    const preview = await client.preview({ model, data, runtime: { threads: 0 }, count: 6 });
    expect(preview).toMatchObject({ available: 400, chosen: 'raw' });
    expect(preview.images).toHaveLength(6);
  });

  it('is not needed to find the libraries that work', async () => {
    const states = await start().client.doctor();
    expect(states.find(({ standard }) => standard)).toMatchObject({ library: 'onnxruntime', works: true });
    expect(states.find(({ library }) => library === 'onnxruntime-web')).toMatchObject({ works: true, standard: false });
    for (const { detail } of states) expect(detail).not.toBe('');
  });
});

describe('TensorFlow.js', () => {
  it('is looked for where the user says', async () => {
    const folder = await temporaryFolder();
    const home = path.join(folder, 'node_modules', '@tensorflow', 'tfjs-node');
    await fs.mkdir(home, { recursive: true });
    await fs.writeFile(path.join(home, 'index.js'), 'throw new Error("found it");');
    const states = await start().client.doctor({ tensorFlow: folder });
    expect(states.find(({ library, provider }) => library === 'tensorflow' && provider === 'cpu')).toMatchObject({
      works: false,
      detail: expect.stringContaining('found it') as string,
    });
  });
});

describe('several requests', () => {
  it('compute one after the other; other questions are answered meanwhile', async () => {
    const { client } = start();
    const told: string[] = [];
    const copy = path.join(await temporaryFolder(), 'copy.onnx');
    await fs.copyFile(SMALL, copy);
    const { onProgress, running } = firstProgress();
    const first = client.scan(await task({ ...LONG, id: '1' }), { onProgress, onStart: () => told.push('1 starts') });
    const second = client.scan(await task({ id: '2', model: copy }), { onStart: () => told.push('2 starts') });
    await running;
    await expect(client.scan(await task({ id: '3' }))).rejects.toThrow(
      /cnn-opset13\.onnx: a scan of this model is already/,
    );
    await expect(client.scan(await task({ id: '4', model: copy }))).rejects.toThrow(UsageError);
    await client.inspect({ model: SMALL });
    told.push('inspected');
    await first;
    told.push('1 ends');
    await second;
    expect(told).toEqual(['1 starts', 'inspected', '1 ends', '2 starts']);
    expect((await client.scan(await task())).labels).toHaveLength(5);
  });
});
