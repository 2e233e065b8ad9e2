/**
 * @file Cost against size on Omniglot: time per label of infected models with 10, 100 and 1,168 classes, and what the low-cost
 * scheme saves on the largest.
 * Usage: tsx bench/manyLabels.ts --data FOLDER [--classes 10,100,1168] [--schemes race,low-cost,full] [--preset standard] [--threads 2] [--out FILE]
 */
import { appendFile, writeFile } from 'node:fs/promises';
import { scanLabels, type Detection } from '../src/engine/detect/scanLabels';
import { completeSettings } from '../src/engine/scan/settings';
import { readModel } from '../src/engine/formats';
import { classifierOf } from '../src/engine/classify/classifier';
import type { ScanSettings } from '../src/engine/report/scanReport';
import type { Runtime } from '../src/engine/runtime/runtime';
import { RAW } from '../src/engine/samples/preprocessing/preprocessing';
import type { Samples } from '../src/engine/samples/samples';
import { nodeFiles } from '../src/runner/files/nodeFiles';
import { openRuntime } from '../src/runner/runtimes/runtimes';
import { omniglotModel, type TrainedModel } from './lib/models';
import { firstClasses, loadOmniglot } from './lib/omniglot';
import { numbers, option } from './lib/options';

type Scheme = 'race' | 'full' | 'low-cost';

/** Labels that the low-cost scheme scans fully; with no more, it saves nothing. */
const LOW_COST_LABELS = 200;

interface Scan {
  readonly scheme: Scheme;
  readonly detection: Detection;
  /** Of the processor, over all threads: other load on the machine changes it less than the time. */
  readonly processorSeconds: number;
}

const HEADER =
  '| classes | accuracy | attack | scheme | scanned | passes | per label | s | per label | processor s | smallest label | L1 | next | median | index | p | verdict | flagged |\n' +
  '| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |';

async function scan(runtime: Runtime, model: TrainedModel, images: Samples, scheme: Scheme): Promise<Scan> {
  const { graph } = await readModel(nodeFiles, model.file);
  const classifier = classifierOf(graph);
  const preset = (option('preset') ?? 'standard') as ScanSettings['preset'];
  const settings = completeSettings(
    {
      preset,
      scheme: scheme === 'race' ? 'race' : 'paper',
      lowCostAbove: scheme === 'full' ? 0 : classifier.classes - 1,
    },
    classifier.classes,
  );
  const before = process.cpuUsage();
  let shown = 0;
  const detection = await scanLabels(
    { runtime, classifier, preprocessing: RAW, images, settings, checkpointKey: '', now: seconds },
    {
      onProgress: ({ phase, done, total, secondsLeft = NaN }) => {
        if (seconds() < shown + 30) return;
        shown = seconds();
        console.error(`${classifier.classes} ${scheme} ${phase} ${done}/${total}, ${secondsLeft.toFixed(0)} s left`);
      },
    },
  );
  const { user, system } = process.cpuUsage(before);
  return { scheme, detection, processorSeconds: (user + system) / 1e6 };
}

function seconds(): number {
  return performance.now() / 1000;
}

function row(model: TrainedModel, classes: number, { scheme, detection, processorSeconds }: Scan): string {
  const found = detection.labels.filter(({ l1 }) => l1 !== undefined).sort((a, b) => a.l1! - b.l1!);
  const percent = (value: number): string => (100 * value).toFixed(1);
  const cells = [
    classes,
    percent(model.cleanAccuracy),
    percent(model.attackSuccess),
    scheme,
    detection.labels.filter(({ state }) => state === 'found' || state === 'not-reached').length,
    detection.imagePasses,
    (detection.imagePasses / classes).toFixed(0),
    detection.seconds.toFixed(0),
    (detection.seconds / classes).toFixed(2),
    processorSeconds.toFixed(0),
    found[0]?.label ?? '–',
    found[0]?.l1?.toFixed(1) ?? '–',
    found[1]?.l1?.toFixed(1) ?? '–',
    detection.median?.toFixed(1) ?? '–',
    detection.anomalyIndex?.toFixed(2) ?? '–',
    detection.pValue?.toFixed(4) ?? '–',
    detection.verdict,
    detection.flagged.join(' ') || '–',
  ];
  return `| ${cells.join(' | ')} |`;
}

function savings(full: Scan, lowCost: Scan): string {
  const saved = (of: (scan: Scan) => number): string => `${(100 * (1 - of(lowCost) / of(full))).toFixed(1)} %`;
  const same = full.detection.flagged.join() === lowCost.detection.flagged.join();
  return [
    `The low-cost scheme saves ${saved(({ detection }) => detection.imagePasses)} of the image passes, `,
    `${saved(({ detection }) => detection.seconds)} of the time and ${saved((each) => each.processorSeconds)} of the processor time, `,
    `and flags ${same ? 'the same labels' : 'OTHER labels'} as the full scan.`,
  ].join('');
}

async function main(): Promise<void> {
  const omniglot = await loadOmniglot();
  const runtime = await openRuntime({ threads: Number(option('threads') ?? 2) });
  const out = option('out');
  const show = async (line: string): Promise<void> => {
    console.log(line);
    if (out !== undefined) await appendFile(out, `${line}\n`);
  };
  if (out !== undefined) await writeFile(out, '');
  await show(HEADER);
  for (const classes of numbers('classes', [10, 100, omniglot.classes])) {
    const [train, test] = [firstClasses(omniglot.train, classes), firstClasses(omniglot.test, classes)];
    const model = await omniglotModel(runtime, classes, train, test);
    const scans: Partial<Record<Scheme, Scan>> = {};
    for (const scheme of (option('schemes') ?? 'low-cost,full').split(',') as Scheme[]) {
      if (scheme === 'low-cost' && classes <= LOW_COST_LABELS) continue;
      scans[scheme] = await scan(runtime, model, test, scheme);
      await show(row(model, classes, scans[scheme]));
    }
    if (scans.full !== undefined && scans['low-cost'] !== undefined) {
      await show(`\n${savings(scans.full, scans['low-cost'])}`);
    }
  }
}

await main();
