/** @file Trains the planned models, each once, and keeps them in the user's cache folder. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { promisify } from 'node:util';
import type { Backdoor } from '../../src/engine/attack/backdoor';
import { trainBadNets } from '../../src/engine/attack/badnets';
import { encodeNetwork } from '../../src/engine/attack/encodeNetwork';
import type { Runtime } from '../../src/engine/runtime/runtime';
import type { Samples } from '../../src/engine/samples/samples';
import { encodeFloats } from '../../src/engine/support/base64';
import { cacheFolder } from '../../src/runner/files/cacheFolder';
import { backdoorsOf } from './backdoors';
import type { PopulationData } from './data';
import type { ModelPlan, Network, PopulationTask } from './plan';

export interface PopulationModel {
  readonly plan: ModelPlan;
  /** ONNX; takes raw pixels. */
  readonly file: string;
  readonly cleanAccuracy: number;
  /** Of each backdoor, 0–1. */
  readonly attackSuccess: readonly number[];
  /** Labels that the attacker chose, ascending. */
  readonly targets: readonly number[];
}

export const POPULATION_FOLDER = path.join(cacheFolder(), 'population');
const RATIO = 0.1;
const EPOCHS: Readonly<Record<PopulationTask, number>> = {
  mnist: 12,
  mnist2: 30,
  mnist3: 30,
  gtsrb: 8,
  cifar10: 8,
};
/** Of the own trainer, whose networks the two small tasks share. */
const OWN: Partial<Record<Network, 'mnist' | 'gtsrb'>> = { paper: 'mnist', deep: 'gtsrb' };

export async function populationModel(
  runtime: Runtime,
  plan: ModelPlan,
  data: PopulationData,
): Promise<PopulationModel> {
  const base = path.join(POPULATION_FOLDER, plan.id);
  const backdoors = backdoorsOf(plan, data.shape, data.classes);
  const targets = [...new Set(backdoors.map(({ target }) => target))].sort((a, b) => a - b);
  if (!existsSync(`${base}.json`)) {
    await fs.mkdir(POPULATION_FOLDER, { recursive: true });
    const train = plan.network in OWN ? trainHere : trainByPyTorch;
    const outcome = await train(runtime, plan, data, backdoors, base);
    await fs.writeFile(`${base}.json`, JSON.stringify(outcome));
  }
  const outcome = JSON.parse(await fs.readFile(`${base}.json`, 'utf8')) as Outcome;
  return { plan, file: `${base}.onnx`, targets, ...outcome };
}

type Outcome = Pick<PopulationModel, 'cleanAccuracy' | 'attackSuccess'>;

async function trainHere(
  runtime: Runtime,
  { task, network, seed, shift }: ModelPlan,
  { train, test, classes }: PopulationData,
  backdoors: readonly Backdoor[],
  base: string,
): Promise<Outcome> {
  const architecture = task !== 'gtsrb' ? (OWN[network] ?? 'mnist') : 'gtsrb';
  const model = await trainBadNets(runtime, train, test, {
    ...{ architecture, classes, backdoors, ratio: RATIO, epochs: EPOCHS[task], shift, batch: 32, seed },
  });
  await fs.writeFile(`${base}.onnx`, encodeNetwork(model.graph, classes));
  const attackSuccess = model.backdoors.map((backdoor) => backdoor.attackSuccess);
  return { cleanAccuracy: model.cleanAccuracy, attackSuccess };
}

async function trainByPyTorch(
  _runtime: Runtime,
  { task, network, seed, shift }: ModelPlan,
  { shape, train, test, classes }: PopulationData,
  backdoors: readonly Backdoor[],
  base: string,
): Promise<Outcome> {
  const job = {
    ...{ network, seed, shift, classes, ratio: RATIO, epochs: EPOCHS[task] },
    ...{ channels: shape.channels, side: shape.height },
    train: await rawFiles(task, 'train', train),
    test: await rawFiles(task, 'test', test),
    backdoors: backdoors.map(({ target, source, trigger }) => ({
      ...{ target, source, mask: encodeFloats(trigger.mask), pattern: encodeFloats(trigger.pattern) },
    })),
    out: `${base}.onnx`,
    result: `${base}.result.json`,
  };
  await fs.writeFile(`${base}.job.json`, JSON.stringify(job));
  const script = path.resolve('bench', 'make', 'train_pytorch.py');
  const python = process.env.NEURAL_CLEANSE_BENCH_PYTHON ?? 'python3';
  await promisify(execFile)(python, [script, `${base}.job.json`]);
  return JSON.parse(await fs.readFile(job.result, 'utf8')) as Outcome;
}

/** Bytes as PyTorch's side reads them, written once. */
async function rawFiles(task: string, part: string, samples: Samples): Promise<{ images: string; labels: string }> {
  const files = {
    images: path.join(POPULATION_FOLDER, `${task}-${part}.images`),
    labels: path.join(POPULATION_FOLDER, `${task}-${part}.labels`),
  };
  if (!existsSync(files.labels)) {
    await fs.writeFile(files.images, Uint8Array.from(samples.images));
    await fs.writeFile(files.labels, Uint8Array.from(samples.labels ?? []));
  }
  return files;
}
