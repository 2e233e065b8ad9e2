/** @file Infected and clean models for the benchmarks, trained once by our own attack and kept in .cache/. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import * as path from 'node:path';
import { trainBadNets, type BadNetsOptions } from '../../src/engine/attack/badnets';
import { encodeNetwork } from '../../src/engine/attack/encodeNetwork';
import type { Runtime } from '../../src/engine/runtime/runtime';
import type { Task, TaskData } from './data';

export interface BenchModel {
  readonly file: string;
  readonly task: Task;
  readonly infected: boolean;
  readonly seed: number;
  readonly cleanAccuracy: number;
  readonly attackSuccess: number;
}

const FOLDER = path.join('.cache', 'bench');
/** As many updates as the paper's 5 epochs of 60,000 MNIST images; a seventh of the images needs augmentation for that. */
const TRAINING: Readonly<Record<Task, Pick<BadNetsOptions, 'epochs' | 'shift'>>> = {
  mnist: { epochs: 35, shift: 2 },
  gtsrb: { epochs: 8, shift: 0 },
};

/** The model of this task and seed; trains it where it is not there yet. */
export async function benchModel(
  runtime: Runtime,
  task: Task,
  data: TaskData,
  infected: boolean,
  seed: number,
): Promise<BenchModel> {
  const base = path.join(FOLDER, `${task}-${infected ? 'infected' : 'clean'}-${seed}`);
  const known = await readFile(`${base}.json`, 'utf8').catch(() => undefined);
  if (known !== undefined) return JSON.parse(known) as BenchModel;
  const options: BadNetsOptions = {
    architecture: task,
    classes: data.classes,
    patch: { size: 4, position: 'bottom-right', pattern: 'white', seed },
    target: data.target,
    ratio: infected ? 0.1 : 0,
    ...TRAINING[task],
    batch: 32,
    seed,
  };
  const started = performance.now();
  const model = await trainBadNets(runtime, data.train, data.test, options, ({ update, updates, loss, accuracy }) => {
    if (update % 500 === 0)
      console.error(`${base} ${update}/${updates} loss ${loss.toFixed(3)} accuracy ${accuracy.toFixed(3)}`);
  });
  const { cleanAccuracy, attackSuccess } = model;
  const result: BenchModel = { file: `${base}.onnx`, task, infected, seed, cleanAccuracy, attackSuccess };
  await mkdir(FOLDER, { recursive: true });
  await writeFile(result.file, encodeNetwork(model.graph, data.classes));
  await writeFile(`${base}.json`, JSON.stringify(result));
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  console.error(
    `${base}: accuracy ${(100 * cleanAccuracy).toFixed(2)} %, attack success ${(100 * attackSuccess).toFixed(2)} %, ${seconds} s`,
  );
  return result;
}
