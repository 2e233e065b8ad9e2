/** @file Reversed triggers of the bench models' target labels, kept in the user's cache folder, and images that neither model nor scan has seen. */
import { readFile, writeFile } from 'node:fs/promises';
import type { DetectionJob } from '../../src/engine/detect/scanJob';
import { scanLabels } from '../../src/engine/detect/scanLabels';
import { completeSettings } from '../../src/engine/scan/settings';
import { readModel } from '../../src/engine/formats';
import { classifierOf } from '../../src/engine/classify/classifier';
import { maskOf, patternOf } from '../../src/engine/report/decodeTrigger';
import type { LabelTrigger } from '../../src/engine/classify/labelTrigger';
import { Random } from '../../src/engine/support/random';
import type { Trigger } from '../../src/engine/report/scanReport';
import type { Runtime } from '../../src/engine/runtime/runtime';
import { RAW } from '../../src/engine/samples/preprocessing/preprocessing';
import type { Samples } from '../../src/engine/samples/samples';
import { selectSamples } from '../../src/engine/samples/select';
import { nodeFiles } from '../../src/runner/files/nodeFiles';
import type { TaskData } from './data';
import type { BenchModel } from './models';

/** The images that the model was not trained on, cut at random into two halves: one for the scan, one to measure with. */
export function halves({ test }: TaskData): { scanned: Samples; unseen: Samples } {
  const order = new Random(1).shuffle(Int32Array.from({ length: test.count }, (_, i) => i));
  const scanned = new Set(order.subarray(0, test.count >> 1));
  return { scanned: selectSamples(test, (i) => scanned.has(i)), unseen: selectSamples(test, (i) => !scanned.has(i)) };
}

/** The trigger that a standard scan of the label reverses from the first of the {@link halves}. */
export async function benchTrigger(
  runtime: Runtime,
  data: TaskData,
  model: BenchModel,
  label: number,
): Promise<LabelTrigger> {
  const file = model.file.replace(/\.onnx$/, `.trigger-${label}.json`);
  const known = await readFile(file, 'utf8').catch(() => undefined);
  if (known !== undefined) return decoded(label, JSON.parse(known) as Trigger);
  const classifier = classifierOf((await readModel(nodeFiles, model.file)).graph);
  const job: DetectionJob = {
    runtime,
    classifier,
    preprocessing: RAW,
    images: halves(data).scanned,
    settings: completeSettings({ scheme: 'paper', labels: [label] }, classifier.classes),
    checkpointKey: file,
    now: () => performance.now() / 1000,
  };
  const { labels } = await scanLabels(job, {});
  const trigger = labels.find((result) => result.label === label)?.trigger;
  if (trigger === undefined) throw new Error(`${model.file}: no trigger for label ${label}`);
  await writeFile(file, JSON.stringify(trigger));
  return decoded(label, trigger);
}

function decoded(label: number, trigger: Trigger): LabelTrigger {
  return { label, mask: maskOf(trigger), pattern: patternOf(trigger) };
}
