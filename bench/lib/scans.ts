/** @file Reversed triggers of the bench models' target labels, kept in .cache/, and images that neither model nor scan has seen. */
import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { jsonReport, parseReport } from '../../src/engine/output/json';
import type { ScanReport } from '../../src/engine/report';
import type { Runtime } from '../../src/engine/runtime/runtime';
import { readSamples } from '../../src/engine/samples/readSamples';
import type { Samples } from '../../src/engine/samples/samples';
import { scanModel } from '../../src/engine/scanModel';
import { nodeFiles } from '../../src/runner/nodeFiles';
import { scanSource, slice, type Task, type TaskData } from './data';
import type { BenchModel } from './models';

/** Images the scans read; of MNIST's 1,500 that the model has not seen, half are left for measurements. */
const SCANNED: Readonly<Record<Task, number>> = { mnist: 750, gtsrb: 2000 };
const ALL = 1_000_000;

/** A standard scan of the given labels only: the others are not needed to know their triggers. */
export async function benchScan(
  runtime: Runtime,
  task: Task,
  data: TaskData,
  model: BenchModel,
  labels: readonly number[],
): Promise<ScanReport> {
  const file = model.file.replace(/\.onnx$/, `.labels-${labels.join('-')}.scan.json`);
  const known = await readFile(file, 'utf8').catch(() => undefined);
  if (known !== undefined) return parseReport(known);
  const report = await scanModel({
    files: nodeFiles,
    model: model.file,
    ...(await scanSource(task, data)),
    limit: SCANNED[task],
    settings: { labels },
    runtime,
    sha256: (bytes) => createHash('sha256').update(bytes).digest('hex'),
    now: () => performance.now() / 1000,
  });
  await writeFile(file, jsonReport(report));
  return report;
}

/** The images that {@link benchScan} has not read, in balanced random order. */
export async function unseenImages(task: Task, data: TaskData): Promise<Samples> {
  const { data: path, split } = await scanSource(task, data);
  const options = { limit: ALL, ...(split !== undefined && { split }) };
  const all = await readSamples(nodeFiles, path, data.shape, options);
  return slice(all, SCANNED[task], all.count);
}
