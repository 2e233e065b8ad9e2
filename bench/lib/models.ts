/** @file Infected and clean models for the benchmarks, trained once by our own attack and kept in the user's cache folder. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import * as path from 'node:path';
import type { Backdoor } from '../../src/engine/attack/backdoor';
import { trainBadNets, type BadNetsOptions } from '../../src/engine/attack/badnets';
import { encodeNetwork } from '../../src/engine/attack/encodeNetwork';
import { makeBackdoors, type BackdoorOptions } from '../../src/engine/attack/makeBackdoors';
import { PLACES } from '../../src/engine/attack/triggers';
import type { Runtime } from '../../src/engine/runtime/runtime';
import type { Samples } from '../../src/engine/samples/samples';
import { cacheFolder } from '../../src/runner/files/cacheFolder';
import type { Task, TaskData } from './data';

/**
 * `noise`: a square of random pixels; `nine`: nine white squares, one label; `labels`: three labels, a noise square each;
 * `resnet` and `mobilenet`: other architectures, trained by Keras (bench/make/infected_keras.py).
 */
export type Variant = 'noise' | 'nine' | 'labels' | 'resnet' | 'mobilenet';

export interface TrainedModel {
  readonly file: string;
  readonly cleanAccuracy: number;
  /** Mean over the backdoors, 0–1; 0 for a clean model. */
  readonly attackSuccess: number;
}

export interface BenchModel extends TrainedModel {
  readonly task: Task;
  readonly infected: boolean;
  readonly seed: number;
}

const FOLDER = path.join(cacheFolder(), 'bench');
/** As many updates as the paper's 5 epochs of 60,000 MNIST and 10 of 35,288 GTSRB images and, like there, no augmentation. */
const TRAINING: Readonly<Record<Task, Pick<BadNetsOptions, 'epochs' | 'shift'>>> = {
  mnist: { epochs: 35, shift: 0 },
  gtsrb: { epochs: 17, shift: 0 },
};

/** What the attacker of a bench model planted. */
export function benchBackdoors(
  { shape, classes, target }: TaskData,
  seed: number,
  variant?: Variant,
): readonly Backdoor[] {
  const options: Partial<Record<Variant, Partial<BackdoorOptions>>> = {
    noise: { pattern: 'noise' },
    nine: { positions: PLACES },
    labels: { pattern: 'noise', targets: [0, 1, 2].map((i) => (target + i) % classes) },
  };
  return makeBackdoors(shape, classes, {
    ...{ targets: [target], positions: ['bottom-right'], size: 4, pattern: 'white', seed },
    ...(variant === undefined ? undefined : options[variant]),
  });
}

/** The model of this task and seed; trains it where it is not there yet. */
export async function benchModel(
  runtime: Runtime,
  task: Task,
  data: TaskData,
  infected: boolean,
  seed: number,
  variant?: Variant,
): Promise<BenchModel> {
  const name = `${task}-${variant ?? (infected ? 'infected' : 'clean')}-${seed}`;
  if (variant === 'resnet' || variant === 'mobilenet') return { ...(await kerasModel(name)), task, infected, seed };
  const model = await trainedModel(runtime, name, data.train, data.test, {
    architecture: task,
    classes: data.classes,
    backdoors: infected ? benchBackdoors(data, seed, variant) : [],
    ratio: 0.1,
    ...TRAINING[task],
    batch: 32,
    seed,
  });
  return { ...model, task, infected, seed };
}

/** Infected model for the first `classes` classes of Omniglot, which are those of the samples. */
export function omniglotModel(runtime: Runtime, classes: number, train: Samples, test: Samples): Promise<TrainedModel> {
  const trigger = { positions: ['bottom-right'], size: 4, pattern: 'white', seed: 1 } as const;
  return trainedModel(runtime, `omniglot-infected-${classes}`, train, test, {
    architecture: 'omniglot',
    classes,
    backdoors: makeBackdoors(train, classes, { targets: [7], ...trigger }),
    ratio: 0.1,
    // Fewer classes have fewer images, but need some thousand updates all the same.
    epochs: Math.max(22, Math.ceil(128_000 / train.count)),
    shift: 2,
    batch: 32,
    seed: 1,
  });
}

async function kerasModel(name: string): Promise<TrainedModel> {
  const file = path.join(FOLDER, `${name}.json`);
  const known = await readFile(file, 'utf8').catch(() => undefined);
  if (known === undefined) throw new Error(`There is no ${file}: make it by bench/make/infected_keras.py`);
  return { ...(JSON.parse(known) as TrainedModel), file: path.join(FOLDER, `${name}.keras`) };
}

/** From the cache where it is there already. */
async function trainedModel(
  runtime: Runtime,
  name: string,
  train: Samples,
  test: Samples,
  options: BadNetsOptions,
): Promise<TrainedModel> {
  const base = path.join(FOLDER, name);
  const known = await readFile(`${base}.json`, 'utf8').catch(() => undefined);
  if (known !== undefined) return JSON.parse(known) as TrainedModel;
  const started = performance.now();
  const model = await trainBadNets(runtime, train, test, options, ({ update, updates, loss, accuracy }) => {
    if (update % 500 === 0)
      console.error(`${base} ${update}/${updates} loss ${loss.toFixed(3)} accuracy ${accuracy.toFixed(3)}`);
  });
  const { cleanAccuracy } = model;
  const rates = model.backdoors.map((backdoor) => backdoor.attackSuccess);
  const attackSuccess = rates.reduce((sum, rate) => sum + rate / rates.length, 0);
  const result: TrainedModel = { file: `${base}.onnx`, cleanAccuracy, attackSuccess };
  await mkdir(FOLDER, { recursive: true });
  await writeFile(result.file, encodeNetwork(model.graph, options.classes));
  await writeFile(`${base}.json`, JSON.stringify(result));
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  const shown = rates.map((rate) => (100 * rate).toFixed(2)).join(', ');
  console.error(`${base}: accuracy ${(100 * cleanAccuracy).toFixed(2)} %, attack success ${shown} %, ${seconds} s`);
  return result;
}
