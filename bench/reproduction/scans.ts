/** @file Scans of the models, each done once and kept beside the model, because many experiments start from the same one. */
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { classifierOf, type Classifier } from '../../src/engine/classify/classifier';
import type { LabelTrigger } from '../../src/engine/classify/labelTrigger';
import { comparedNorm } from '../../src/engine/detect/judge/comparedNorm';
import { scanLabels, type Detection } from '../../src/engine/detect/scanLabels';
import { readModel } from '../../src/engine/formats';
import type { ScanSettings, Verdict } from '../../src/engine/report/scanReport';
import { RAW } from '../../src/engine/samples/preprocessing/preprocessing';
import type { Samples } from '../../src/engine/samples/samples';
import { reversedTriggers } from '../../src/engine/scan/reversedTriggers';
import { completeSettings } from '../../src/engine/scan/settings';
import { Random } from '../../src/engine/support/random';
import { selectSamples } from '../../src/engine/samples/select';
import { atomicWrite } from '../../src/runner/files/atomicWrite';
import { nodeFiles } from '../../src/runner/files/nodeFiles';
import { slice } from '../lib/data';
import type { Context } from './experiment';
import { FOLDER, modelName, reproductionModel, type ModelPlan, type ReproductionModel } from './models';
import { paperTask, type PaperTask } from './tasks';

/** `unseen`: those that neither training nor a scan has, half of the test images; with `train` the scan has images that the model was trained on. */
export type Images = 'test' | 'unseen' | 'train';

/** What a scan found, as the results keep it. */
export interface ScanRow {
  /** Of the model, 0–1. */
  readonly accuracy: number;
  readonly attackSuccess: readonly number[];
  readonly targets: readonly number[];
  readonly verdict: Verdict;
  readonly flagged: readonly number[];
  readonly index?: number;
  readonly pValue?: number;
  /** Norms by label that index and p-value compare, at equal expense; null where no trigger was found. */
  readonly compared: readonly (number | null)[];
  /** Of the target labels: norm of the trigger that the scan reports, and its success on images that the scan has not seen. */
  readonly norms: readonly (number | null)[];
  readonly passes: number;
  readonly seconds: number;
}

/** A trained model, opened, with its images. */
export interface OpenModel {
  readonly model: ReproductionModel;
  readonly task: PaperTask;
  readonly classifier: Classifier;
  /** Initializers that a repair may change. */
  readonly writable: ReadonlySet<string>;
}

/** As many images as a scan is given. */
const SCANNED = 3000;

export async function openModel({ runtime, tell }: Context, plan: ModelPlan): Promise<OpenModel> {
  const task = await paperTask(plan.task);
  const model = await reproductionModel(runtime, plan, tell);
  const { graph, weights } = await readModel(nodeFiles, model.file);
  return { model, task, classifier: classifierOf(graph), writable: weights };
}

/** The test images, cut at random into those of the scan and those to measure with. */
export function halves({ test }: PaperTask): { readonly scanned: Samples; readonly unseen: Samples } {
  const order = new Random(1).shuffle(Int32Array.from({ length: test.count }, (_, i) => i));
  const scanned = new Set(order.subarray(0, test.count >> 1));
  return { scanned: selectSamples(test, (i) => scanned.has(i)), unseen: selectSamples(test, (i) => !scanned.has(i)) };
}

/** The scan of a model, by default the product's own with the first of the {@link halves}. */
export async function scanOf(
  context: Context,
  plan: ModelPlan,
  scheme: NonNullable<ScanSettings['scheme']> = 'race',
  images: Images = 'test',
): Promise<Detection> {
  const { model, task, classifier } = await openModel(context, plan);
  const name = `${modelName(plan)}.${scheme}-${images}`;
  const file = path.join(FOLDER, `${name}.scan.json`);
  const known = await fs.readFile(file, 'utf8').catch(() => undefined);
  if (known !== undefined) return JSON.parse(known) as Detection;
  const all = images === 'test' ? halves(task).scanned : images === 'unseen' ? halves(task).unseen : task.train;
  let told = 0;
  const detection = await scanLabels(
    {
      ...{ runtime: context.runtime, classifier, preprocessing: RAW, checkpointKey: name, now: seconds },
      images: slice(all, 0, Math.min(SCANNED, all.count)),
      settings: completeSettings({ scheme, seed: plan.seed }, classifier.classes),
    },
    {
      onProgress: ({ phase, done, total }) => {
        if (seconds() < told + 10) return;
        told = seconds();
        context.tell(`scanning ${name}: ${phase} ${Math.floor((100 * done) / total)} %`);
      },
    },
  );
  const kept = withoutUnneeded(detection, model);
  await atomicWrite(file, JSON.stringify(kept));
  return kept;
}

export async function scanRow(
  context: Context,
  plan: ModelPlan,
  scheme?: NonNullable<ScanSettings['scheme']>,
  images?: Images,
): Promise<ScanRow> {
  const { model } = await openModel(context, plan);
  const { verdict, flagged, anomalyIndex, pValue, labels, imagePasses, seconds } = await scanOf(
    ...([context, plan, scheme, images] as const),
  );
  const rounded = (value: number | undefined): number | null =>
    value === undefined || Number.isNaN(value) ? null : Number(value.toFixed(2));
  const targets = targetsOf(model);
  return {
    ...{ accuracy: model.cleanAccuracy, attackSuccess: model.attackSuccess, targets, verdict, flagged },
    ...(anomalyIndex !== undefined && { index: anomalyIndex }),
    ...(pValue !== undefined && { pValue }),
    compared: labels.map((label) => rounded(comparedNorm(label))),
    norms: targets.map((target) => rounded(labels.find(({ label }) => label === target)?.l1)),
    ...{ passes: imagePasses, seconds: Math.round(seconds) },
  };
}

/** The trigger that the product's scan reversed for the label. */
export async function reversedTrigger(
  context: Context,
  plan: ModelPlan,
  label: number,
): Promise<LabelTrigger & { readonly source: 'reversed' }> {
  const { task } = await openModel(context, plan);
  const [trigger] = reversedTriggers(await scanOf(context, plan), [label], task.shape);
  if (trigger === undefined) throw new Error(`${modelName(plan)}: no trigger for label ${label}`);
  return trigger;
}

/** Labels that the attacker chose, ascending. */
export function targetsOf({ backdoors }: Pick<ReproductionModel, 'backdoors'>): number[] {
  return [...new Set(backdoors.map(({ target }) => target))].sort((a, b) => a - b);
}

/** Of a thousand labels' triggers only those that an experiment looks at. */
function withoutUnneeded(detection: Detection, model: ReproductionModel): Detection {
  const needed = new Set([...targetsOf(model), ...detection.flagged]);
  const labels = detection.labels.map(({ trigger, ...label }) => ({
    ...{ ...label, curve: [] },
    ...(trigger !== undefined && needed.has(label.label) && { trigger }),
  }));
  return { ...detection, labels };
}

function seconds(): number {
  return performance.now() / 1000;
}
