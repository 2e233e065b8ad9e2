/**
 * @file Detection on models of our own attack: every task, infected and clean, several seeds, at the default settings.
 * Usage: tsx bench/detection.ts --data FOLDER [--tasks mnist,gtsrb] [--seeds 1,2,3] [--model-seed 1] [--kinds infected,clean] [--loss authors] [--preset quick] [--scheme paper] [--threads 2] [--out FILE]
 */
import { createHash } from 'node:crypto';
import { appendFile, writeFile } from 'node:fs/promises';
import type { LossKind, ScanReport, ScanSettings } from '../src/engine/report/scanReport';
import { scanModel } from '../src/engine/scan/scanModel';
import { nodeFiles } from '../src/runner/files/nodeFiles';
import { openRuntime } from '../src/runner/runtimes/runtimes';
import { loadTask, scanSource, type Task } from './lib/data';
import { benchModel, type BenchModel } from './lib/models';
import { numbers, option } from './lib/options';

interface Row {
  readonly model: BenchModel;
  readonly report: ScanReport;
}

const HEADER =
  '| task | model | seed of model/scan | loss | accuracy | attack | smallest label | L1 | next | median | index | p | verdict | s | passes | MiB |\n' +
  '| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |';

function format({ model, report }: Row): string {
  const found = report.labels.filter((label) => label.l1 !== undefined).sort((a, b) => a.l1! - b.l1!);
  const percent = (value: number): string => (100 * value).toFixed(2);
  const cells = [
    model.task,
    model.infected ? 'infected' : 'clean',
    `${model.seed}/${report.settings.seed}`,
    report.settings.loss,
    percent(model.cleanAccuracy),
    percent(model.attackSuccess),
    found[0]?.label ?? '–',
    found[0]?.l1?.toFixed(1) ?? '–',
    found[1]?.l1?.toFixed(1) ?? '–',
    report.median?.toFixed(1) ?? '–',
    report.anomalyIndex?.toFixed(2) ?? '–',
    report.pValue?.toFixed(4) ?? '–',
    report.verdict,
    report.seconds.toFixed(0),
    report.imagePasses,
    // The most this process has held so far, the data sets of the benchmark included.
    Math.round(process.resourceUsage().maxRSS / 1024),
  ];
  return `| ${cells.join(' | ')} |`;
}

async function main(): Promise<void> {
  const tasks = (option('tasks') ?? 'mnist,gtsrb').split(',') as Task[];
  const settings: Partial<ScanSettings> = {
    loss: (option('loss') ?? 'cross-entropy') as LossKind,
    preset: (option('preset') ?? 'standard') as ScanSettings['preset'],
    scheme: option('scheme') === 'paper' ? 'paper' : 'race',
  };
  const runtime = await openRuntime({ threads: Number(option('threads') ?? 2) });
  const out = option('out');
  const kinds = (option('kinds') ?? 'infected,clean').split(',').map((kind) => kind === 'infected');
  const show = async (line: string): Promise<void> => {
    console.log(line);
    if (out !== undefined) await appendFile(out, `${line}\n`);
  };
  if (out !== undefined) await writeFile(out, '');
  await show(HEADER);
  for (const task of tasks) {
    const data = await loadTask(task);
    const source = await scanSource(task, data);
    for (const seed of numbers('seeds', [1, 2, 3])) {
      for (const infected of kinds) {
        const model = await benchModel(runtime, task, data, infected, Number(option('model-seed') ?? seed));
        const report = await scanModel({
          files: nodeFiles,
          model: model.file,
          ...source,
          settings: { ...settings, seed },
          runtime,
          sha256: (bytes) => createHash('sha256').update(bytes).digest('hex'),
          now: () => performance.now() / 1000,
        });
        await show(format({ model, report }));
      }
    }
  }
}

await main();
