import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import * as ort from 'onnxruntime-node';
import { beforeAll, describe, expect, it } from 'vitest';
import { parseFilter } from '../../../src/engine/filter/savedFilter';
import { parseReport } from '../../../src/engine/output/scanJson';
import type { ScanReport } from '../../../src/engine/report/scanReport';
import { sha256 } from '../../../src/runner/files/sha256';
import { ROOT } from '../../support/project';
import { temporaryFolder } from '../../support/temporaryFolder';
import { SAMPLE, SMALL, start, useEngine } from './engineUnderTest';

useEngine();

describe('triggers of a scan', () => {
  const [original, data] = [path.join(SAMPLE, 'infected.onnx'), path.join(SAMPLE, 'images')];
  const request = { data, runtime: { threads: 0 }, only: [7] };
  let report: ScanReport;
  beforeAll(async () => {
    report = parseReport(await fs.readFile(path.join(ROOT, 'test/fixtures/reports/sample.json'), 'utf8'));
  });

  it('are shown at work on the neurons, layer by layer', async () => {
    let started = 0;
    const { triggers, samples } = await start().client.identify(
      { ...request, model: original, report },
      { onStart: () => started++ },
    );
    expect(started).toBe(1);
    expect(samples.count).toBe(400);
    expect(triggers.map(({ label }) => label)).toEqual([7]);
    expect(triggers[0]!.attackSuccess).toBeGreaterThan(0.9);
    const last = triggers[0]!.layers.at(-1)!;
    expect(last.reversed).toBeGreaterThan(2 * last.clean);
  });

  it('make a filter, which is written beside the model and never over it', async () => {
    const { client } = start();
    const folder = await temporaryFolder();
    const at = (name: string): string => path.join(folder, name);
    const model = at('model.onnx');
    await fs.copyFile(original, model);
    const { filters } = await client.calibrateFilter({ ...request, model, report, rates: [0.001, 0.05] });
    const [strict, usual] = filters;
    expect(strict!.cost.falsePositiveRate).toBeLessThanOrEqual(0.001);
    expect(usual!.cost.falsePositiveRate).toBeCloseTo(0.05, 2);
    expect(usual!.cost.falseNegativeRate).toBeLessThan(0.5);
    expect(await fs.readdir(folder)).toEqual(['model.onnx']);

    const { filter } = usual!;
    await expect(client.saveFilter({ model, filter, json: at('f.json'), onnx: model })).rejects.toThrow(
      /model\.onnx: the new file would replace the original model/,
    );
    expect(await fs.readdir(folder)).toEqual(['model.onnx']);
    await client.saveFilter({ model, filter, json: at('f.json'), onnx: at('f.onnx') });
    expect(parseFilter(await fs.readFile(at('f.json'), 'utf8'), 'f.json')).toEqual(filter);
    const session = await ort.InferenceSession.create(at('f.onnx'));
    expect(session.outputNames).toEqual(['label', 'score']);
    await session.release();
    expect(sha256(await fs.readFile(model))).toBe(report.model.sha256);
  });

  it('are refused for another model', async () => {
    await expect(start().client.identify({ ...request, model: SMALL, report })).rejects.toThrow(/another model/);
  });
});
