import * as path from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { headline, nextStep } from '../../../../src/engine/output/scanSummary';
import { jsonReport, parseReport } from '../../../../src/engine/output/scanJson';
import { createOnnxRuntime } from '../../../../src/engine/runtime/onnxruntime';
import type { Runtime } from '../../../../src/engine/runtime/runtime';
import { prepareScan, type PrepareRequest } from '../../../../src/engine/scan/prepareScan';
import { scanModel } from '../../../../src/engine/scan/scanModel';
import { UsageError } from '../../../../src/engine/support/errors';
import { nodeFiles } from '../../../../src/runner/files/nodeFiles';
import { sha256 } from '../../../../src/runner/files/sha256';
import { ROOT } from '../../../support/project';

let runtime: Runtime;
beforeAll(async () => {
  runtime = await createOnnxRuntime({ library: 'onnxruntime-node', provider: 'cpu', threads: 1 });
});

function request(): PrepareRequest {
  return { files: nodeFiles, runtime, sha256, model: path.join(ROOT, 'media', 'sample', 'infected.onnx') };
}

it('makes the sample model suspicious without its images, and decides nothing', async () => {
  const now = (): number => performance.now() / 1000;
  const report = await scanModel({ ...request(), withoutSamples: true, settings: {}, now });
  expect(report).toMatchObject({ verdict: 'inconclusive', flagged: [7] });
  expect(report.samples).toMatchObject({ generated: true, labelled: false });
  expect(report.cleanAccuracy).toBeUndefined();
  expect(report.reasons[0]).toContain('first look');
  expect(headline(report)).toContain('label 7 of infected.onnx suspicious');
  expect(nextStep(report)).toContain('--data');
  expect(parseReport(jsonReport(report))).toEqual(report);
});

it('generates nothing unless it is asked to', async () => {
  await expect(prepareScan(request())).rejects.toBeInstanceOf(UsageError);
});

it('keeps few images of each class that the model sees', async () => {
  const { samples, calibration } = await prepareScan({ ...request(), withoutSamples: true });
  const counts = new Map<number, number>();
  for (const label of samples.labels ?? []) counts.set(label, (counts.get(label) ?? 0) + 1);
  expect(Math.max(...counts.values())).toBeLessThanOrEqual(60);
  expect(counts.size).toBeGreaterThan(5);
  expect(calibration.gate).toBe('unlabelled');
});
