/**
 * @file Repairs of models of our own attack: pruning, unlearning and fine-pruning against the ORIGINAL trigger, which no repair sees.
 * The repair gets a tenth of the training images, as in the paper; all figures are of held-out test images.
 * The detect–patch loop (`--methods loop`) is a whole repair as users start it: scans and repairs with one half of the held-out
 * images, figures of the other.
 * Usage: tsx bench/repair.ts --data FOLDER [--tasks mnist,gtsrb] [--seeds 1,2,3] [--variants badnets,noise,nine,resnet,mobilenet] [--methods …] [--held-out N] [--out FILE]
 */
import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { completeSettings } from '../src/engine/scan/settings';
import { readModel } from '../src/engine/formats';
import { classifierOf } from '../src/engine/classify/classifier';
import { lastConvolution, neuronLayers, secondToLastLayer } from '../src/engine/neurons/layers';
import { invertAgain } from '../src/engine/repair/invertAgain';
import { Judge, type KnownTrigger } from '../src/engine/repair/judge';
import { Relearning } from '../src/engine/repair/relearn';
import { REPAIR_DEFAULTS } from '../src/engine/repair/repairJob';
import { repairRound } from '../src/engine/repair/repairRound';
import { splitSamples } from '../src/engine/repair/splitSamples';
import { trainableWeights } from '../src/engine/training/trainableWeights';
import { unlearn } from '../src/engine/repair/unlearn/unlearn';
import { withWeights } from '../src/engine/classify/withWeights';
import { repairModel } from '../src/engine/repair/repairModel';
import type { Evaluation, RepairReport } from '../src/engine/report/repairReport';
import { RAW } from '../src/engine/samples/preprocessing/preprocessing';
import { scanModel } from '../src/engine/scan/scanModel';
import { nodeFiles } from '../src/runner/files/nodeFiles';
import { openRuntime } from '../src/runner/runtimes/runtimes';
import { sha256 } from '../src/runner/files/sha256';
import { labelled, loadTask, scanSource, slice, type Task } from './lib/data';
import { benchBackdoors, benchModel, type Variant } from './lib/models';
import { numbers, option } from './lib/options';
import { decodeFloats, encodeFloats } from '../src/engine/support/base64';

/** Share of the training images that the repair gets (paper, VI-C). */
const SHARE = 0.1;

/** The paper's model with nine triggers was clean after three. */
const LOOP_ROUNDS = 3;

const HEADER =
  '| model | seed | repair | accuracy before → after | loss, points | original trigger before → after | reversed after | kept | s |\n' +
  '| --- | --- | --- | --- | --- | --- | --- | --- | --- |';

type Outcome = Pick<RepairReport, 'before' | 'after' | 'rounds' | 'seconds'>;

const runtime = await openRuntime({ threads: Number(option('threads') ?? 2) });
const out = option('out');
const methods = (option('methods') ?? 'prune,unlearn,fine-prune,fine-tune').split(',');

async function show(line: string): Promise<void> {
  console.log(line);
  if (out !== undefined) await appendFile(out, `${line}\n`);
}

async function repairAll(task: Task, seed: number, variant: Variant | undefined): Promise<void> {
  const data = await loadTask(task);
  const model = await benchModel(runtime, task, data, true, seed, variant);
  const file = await readModel(nodeFiles, model.file);
  const classifier = classifierOf(file.graph);
  const repair = splitSamples(labelled(data.train), SHARE, seed).repair;
  const heldOut = labelled(slice(data.test, 0, Math.min(data.test.count, Number(option('held-out') ?? 1e6))));
  const originals = benchBackdoors(data, seed, variant).map(({ trigger, target }): KnownTrigger => ({
    label: target,
    source: 'given',
    ...trigger,
  }));
  const labels = [...new Set(originals.map(({ label }) => label))];
  const subjects = labels.map((label) => ({ label }));
  const reversed = await reversedOf(model.file, async () => {
    const settings = completeSettings({ scheme: 'paper', seed }, classifier.classes);
    const seeds = Array.from({ length: 1 + REPAIR_DEFAULTS.extraTriggers }, (_, i) =>
      i === 0 ? seed : seed + 999 + i,
    );
    const job = { runtime, classifier, preprocessing: RAW, images: repair, subjects, seeds, settings };
    return (await invertAgain(job)).triggers;
  });
  const judge = new Judge(runtime, RAW, heldOut, [...originals, ...reversed], undefined);
  // As in a repair: pruning follows the scan's own trigger of each label.
  const first = labels.flatMap((label) => reversed.filter((trigger) => trigger.label === label).slice(0, 1));
  const pruneJudge = new Judge(runtime, RAW, heldOut, [...originals, ...first], undefined);
  const before = await judge.evaluate(classifier);
  const job = {
    runtime,
    classifier,
    preprocessing: RAW,
    images: repair,
    labels,
    writable: file.weights,
    judge,
    thickenedJudge: () => judge,
    suspects: [],
    before,
    relearning: new Relearning({
      ...{ runtime, classifier, preprocessing: RAW, images: heldOut, subjects },
      ...{ loss: 'cross-entropy', seed: seed + 1000 },
    }),
    leastAccuracy: before.cleanAccuracy - REPAIR_DEFAULTS.maxAccuracyLoss,
    onProgress: () => undefined,
  };
  const layers = neuronLayers(classifier, file.weights);
  const round = (method: 'prune' | 'unlearn' | 'fine-prune', layer?: string) => async (): Promise<Outcome> => {
    const started = performance.now();
    const settings = { ...REPAIR_DEFAULTS, method, seed, ...(layer !== undefined && { layer }) };
    const against =
      method === 'unlearn'
        ? { triggers: reversed }
        : { triggers: first, judge: pruneJudge, before: await pruneJudge.evaluate(classifier) };
    const known = { ...job, ...against };
    const result = await repairRound({ ...known, settings, findMore: () => Promise.resolve(known) });
    const after = await judge.evaluate(withWeights(classifier, result.weights));
    return { before, after, rounds: [result.round], seconds: (performance.now() - started) / 1000 };
  };
  const comparison = (triggers: readonly KnownTrigger[]) => async (): Promise<Outcome> => {
    const started = performance.now();
    const result = await unlearn({ ...job, triggers, seed, weights: trainableWeights(classifier, file.weights) });
    const after = await judge.evaluate(withWeights(classifier, result.weights));
    const rounds = [{ labels, unlearn: result.points, kept: result.chosen }];
    return { before, after, rounds, seconds: (performance.now() - started) / 1000 };
  };
  const source = {
    ...(await scanSource(task, data)),
    files: nodeFiles,
    runtime,
    sha256,
    model: model.file,
    preprocessing: RAW.id,
    now: () => performance.now() / 1000,
  };
  const loop = async (): Promise<Outcome> => {
    const report = await scanModel({ ...source, settings: { seed } });
    const { report: repaired } = await repairModel(
      {
        ...source,
        report,
        labelChoice: 'flagged',
        settings: { method: 'unlearn', seed, loop: true, maxRounds: LOOP_ROUNDS },
        givenTriggers: originals,
      },
      {
        onProgress: ({ phase, done, total, rounds }) => {
          if (done === 0) console.error(`round ${rounds.length}: ${phase}, ${total}`);
        },
      },
    );
    return repaired;
  };
  const repairs: Record<string, () => Promise<Outcome>> = {
    'prune, last convolution': round('prune', lastConvolution(layers).name),
    'prune, second-to-last layer': round('prune', secondToLastLayer(layers).name),
    unlearn: round('unlearn'),
    'fine-prune': round('fine-prune'),
    'unlearn, original trigger': comparison(originals),
    'fine-tune, clean images only': comparison([]),
    loop,
  };
  for (const [name, run] of Object.entries(repairs)) {
    if (!methods.includes(name.split(',')[0] ?? '')) continue;
    await show(row(`${task} ${variant ?? 'badnets'}`, seed, name, await run()));
  }
}

function row(model: string, seed: number, name: string, { before, after, rounds, seconds }: Outcome): string {
  const percent = (value: number): string => (100 * value).toFixed(2);
  const worst = (evaluation: Evaluation, source: string): number =>
    Math.max(
      ...evaluation.triggers.filter((trigger) => trigger.source === source).map(({ attackSuccess }) => attackSuccess),
    );
  const { prune, unlearn: points, kept = 0, verdict } = rounds.at(-1) ?? {};
  const work = [
    ...(prune === undefined
      ? []
      : [`${prune.points[prune.chosen]?.pruned} of ${prune.neurons} neurons, ${prune.points.length} points`]),
    ...(points === undefined ? [] : [`update ${points[kept]?.update}`]),
    ...(verdict === undefined ? [] : [`round ${rounds.length}: ${verdict}`]),
  ];
  return `| ${[
    model,
    seed,
    name,
    `${percent(before.cleanAccuracy)} → ${percent(after.cleanAccuracy)}`,
    percent(before.cleanAccuracy - after.cleanAccuracy),
    `${percent(worst(before, 'given'))} → ${percent(worst(after, 'given'))}`,
    percent(worst(after, 'reversed')),
    work.join('; '),
    seconds.toFixed(0),
  ].join(' | ')} |`;
}

/** Inversions take longest, so they are kept beside the model. */
async function reversedOf(
  model: string,
  invert: () => Promise<readonly KnownTrigger[]>,
): Promise<readonly KnownTrigger[]> {
  const hash = sha256(await readFile(model)).slice(0, 12);
  const cache = `${model.replace(/\.onnx$/, '')}.reversed-${hash}.json`;
  interface Stored {
    readonly label: number;
    readonly mask: [text: string, length: number];
    readonly pattern: [text: string, length: number];
  }
  const known = await readFile(cache, 'utf8').catch(() => undefined);
  if (known !== undefined) {
    return (JSON.parse(known) as Stored[]).map(({ label, mask, pattern }) => ({
      label,
      source: 'reversed',
      mask: decodeFloats(...mask),
      pattern: decodeFloats(...pattern),
    }));
  }
  const triggers = await invert();
  const stored = triggers.map(({ label, mask, pattern }): Stored => ({
    label,
    mask: [encodeFloats(mask), mask.length],
    pattern: [encodeFloats(pattern), pattern.length],
  }));
  await writeFile(cache, JSON.stringify(stored));
  return triggers;
}

if (out !== undefined) await writeFile(out, '');
await show(HEADER);
for (const task of (option('tasks') ?? 'mnist,gtsrb').split(',') as Task[]) {
  for (const variant of (option('variants') ?? 'badnets').split(',')) {
    for (const seed of numbers('seeds', task === 'mnist' ? [1, 2, 3] : [1])) {
      await repairAll(task, seed, variant === 'badnets' ? undefined : (variant as Variant));
    }
  }
}
