/** @file Infected and clean models of the paper's tasks, trained once by our own attack and kept in the user's cache folder. */
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import {
  backdoorRecord,
  parseBackdoorRecord,
  type AttackOutcome,
  type Backdoor,
} from '../../src/engine/attack/backdoor';
import { trainBadNets } from '../../src/engine/attack/badnets';
import { encodeNetwork } from '../../src/engine/attack/encodeNetwork';
import { makeBackdoors } from '../../src/engine/attack/makeBackdoors';
import type { TrainingProgress } from '../../src/engine/attack/poisonedTraining';
import type { Shape } from '../../src/engine/attack/shapes';
import { PLACES, type PatchOptions } from '../../src/engine/attack/triggers';
import { trojanModel } from '../../src/engine/attack/trojan';
import { classifierOf } from '../../src/engine/classify/classifier';
import { readModel } from '../../src/engine/formats';
import type { Runtime } from '../../src/engine/runtime/runtime';
import { RAW } from '../../src/engine/samples/preprocessing/preprocessing';
import { atomicWrite } from '../../src/runner/files/atomicWrite';
import { cacheFolder } from '../../src/runner/files/cacheFolder';
import { fileExists } from '../../src/runner/files/fileExists';
import { nodeFiles } from '../../src/runner/files/nodeFiles';
import { paperTask, type PaperTask, type TaskName } from './tasks';

export type Attack =
  | { readonly kind: 'clean' }
  /** `size` by default that of the task. */
  | { readonly kind: 'patch'; readonly patch: Pick<PatchOptions, 'pattern' | 'shape'> & { readonly size?: number } }
  /** The first so many labels from the target on, each with a noise square of its own. */
  | { readonly kind: 'labels'; readonly count: number }
  /** Nine white squares that all lead to the target. */
  | { readonly kind: 'nine' }
  /** Only images of one label obey the trigger. */
  | { readonly kind: 'source'; readonly source: number }
  /** The Trojan attack on the clean model of the same seed, with images inverted from it. */
  | { readonly kind: 'trojan'; readonly shape: Shape };

export interface ModelPlan {
  readonly task: TaskName;
  readonly attack: Attack;
  readonly seed: number;
  /** Share of the training images that get a trigger, where it is not the usual one. */
  readonly ratio?: number;
  /** Passes over the training images, where they are fewer than the task's: series of many models would take too long. */
  readonly epochs?: number;
}

export interface ReproductionModel {
  readonly plan: ModelPlan;
  /** ONNX; takes raw pixels. */
  readonly file: string;
  readonly backdoors: readonly Backdoor[];
  /** On images that it was not trained on, 0–1. */
  readonly cleanAccuracy: number;
  /** Of each backdoor, 0–1. */
  readonly attackSuccess: readonly number[];
  /** That its training took. */
  readonly seconds: number;
}

/** The paper's share of training images that get a trigger (Table VI). */
const RATIO = 0.1;
/** Of the image that the square around a Trojan trigger takes. */
const TROJAN_SHARE = 0.07;
const TROJAN_EPOCHS = 20;
/** Images a label that are inverted for it: as many as take a few minutes. */
const INVERTED: Readonly<Record<TaskName, number>> = { mnist: 300, gtsrb: 60, omniglot: 4 };
export const FOLDER = path.join(cacheFolder(), 'reproduction');

export const CLEAN: Attack = { kind: 'clean' };
export const WHITE = patch({ pattern: 'white' });

export function patch(options: Extract<Attack, { kind: 'patch' }>['patch']): Attack {
  return { kind: 'patch', patch: options };
}

export function modelName({ task, attack, seed, epochs, ratio }: ModelPlan): string {
  const training = [
    ...(epochs === undefined ? [] : [`${epochs}epochs`]),
    ...(ratio === undefined ? [] : [`${Math.round(100 * ratio)}percent`]),
  ];
  return [task, attackName(attack), ...training, seed].join('-');
}

export function attackName(attack: Attack): string {
  switch (attack.kind) {
    case 'patch':
      return `${attack.patch.shape ?? attack.patch.pattern}${attack.patch.size ?? ''}`;
    case 'labels':
      return `labels${attack.count}`;
    case 'source':
      return `source${attack.source}`;
    case 'trojan':
      return `trojan-${attack.shape}`;
    case 'clean':
    case 'nine':
      return attack.kind;
  }
}

/** What the attacker of a new model plants. */
function plannedBackdoors({ attack, seed }: ModelPlan, task: PaperTask): Backdoor[] {
  const { shape, classes, target, triggerSize: size } = task;
  const common = { targets: [target], positions: ['bottom-right'], size, pattern: 'white', seed } as const;
  switch (attack.kind) {
    case 'clean':
    case 'trojan':
      return [];
    case 'patch':
      return makeBackdoors(shape, classes, { ...common, ...attack.patch });
    case 'labels': {
      const targets = Array.from({ length: attack.count }, (_, i) => (target + i) % classes);
      return makeBackdoors(shape, classes, { ...common, targets, pattern: 'noise' });
    }
    case 'nine':
      return makeBackdoors(shape, classes, { ...common, positions: PLACES });
    case 'source':
      return makeBackdoors(shape, classes, { ...common, source: attack.source });
  }
}

/** Trains the model where it is not there yet. */
export async function reproductionModel(
  runtime: Runtime,
  plan: ModelPlan,
  tell: (line: string) => void,
): Promise<ReproductionModel> {
  const task = await paperTask(plan.task);
  const base = path.join(FOLDER, modelName(plan));
  if (!(await fileExists(`${base}.json`))) {
    await fs.mkdir(FOLDER, { recursive: true });
    const started = performance.now();
    const progress = ({ update, updates, accuracy }: TrainingProgress): void => {
      if (update % 500 === 0) {
        tell(`training ${modelName(plan)}: ${update} of ${updates}, accuracy ${accuracy.toFixed(3)}`);
      }
    };
    const make = plan.attack.kind === 'trojan' ? attackClean : trainNew;
    const { cleanAccuracy, backdoors } = await make(runtime, plan, task, `${base}.onnx`, progress);
    const attackSuccess = backdoors.map((backdoor) => backdoor.attackSuccess);
    await atomicWrite(`${base}.backdoor.json`, backdoorRecord({ cleanAccuracy, backdoors }, task.shape));
    const seconds = Math.round((performance.now() - started) / 1000);
    await atomicWrite(`${base}.json`, JSON.stringify({ cleanAccuracy, attackSuccess, seconds } satisfies Outcome));
  }
  const outcome = JSON.parse(await fs.readFile(`${base}.json`, 'utf8')) as Outcome;
  const { backdoors } = parseBackdoorRecord(await fs.readFile(`${base}.backdoor.json`, 'utf8'));
  return { plan, file: `${base}.onnx`, backdoors, ...outcome };
}

async function trainNew(
  runtime: Runtime,
  plan: ModelPlan,
  task: PaperTask,
  file: string,
  onProgress: (progress: TrainingProgress) => void,
): Promise<AttackOutcome> {
  const { architecture, classes, shift, train, test } = task;
  const model = await trainBadNets(
    runtime,
    train,
    test,
    {
      ...{
        architecture,
        classes,
        backdoors: plannedBackdoors(plan, task),
        ratio: plan.ratio ?? RATIO,
        shift,
        batch: 32,
      },
      ...{ epochs: plan.epochs ?? task.epochs, seed: plan.seed },
    },
    onProgress,
  );
  await atomicWrite(file, encodeNetwork(model.graph, classes));
  return model;
}

async function attackClean(
  runtime: Runtime,
  { task: name, attack, seed }: ModelPlan,
  { target, train, test, shape }: PaperTask,
  file: string,
  onProgress: (progress: TrainingProgress) => void,
): Promise<AttackOutcome> {
  const clean = await reproductionModel(runtime, { task: name, attack: CLEAN, seed }, () => undefined);
  const opened = await readModel(nodeFiles, clean.file);
  const job = {
    runtime,
    classifier: classifierOf(opened.graph),
    preprocessing: RAW,
    writable: opened.weights,
    train,
    test,
  };
  const size = Math.round(Math.sqrt(TROJAN_SHARE * shape.height * shape.width));
  const model = await trojanModel(
    job,
    {
      ...{ target, size, position: 'bottom-right', seed, epochs: TROJAN_EPOCHS, inverted: INVERTED[name] },
      ...(attack.kind === 'trojan' && { shape: attack.shape }),
    },
    onProgress,
  );
  for (const { bytes } of await opened.write(model.weights, path.basename(file))) await atomicWrite(file, bytes);
  return model;
}

type Outcome = Pick<ReproductionModel, 'cleanAccuracy' | 'attackSuccess' | 'seconds'>;

/** Of the models that are there, each counted once. */
export async function trainingSeconds(plans: readonly ModelPlan[]): Promise<number> {
  let sum = 0;
  for (const name of new Set(plans.map(modelName))) {
    const known = await fs.readFile(path.join(FOLDER, `${name}.json`), 'utf8').catch(() => undefined);
    if (known !== undefined) sum += (JSON.parse(known) as Outcome).seconds;
  }
  return sum;
}
