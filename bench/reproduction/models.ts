/** @file Infected and clean models of the paper's tasks, trained once by our own attack and kept in the user's cache folder. */
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import type { Backdoor } from '../../src/engine/attack/backdoor';
import { trainBadNets } from '../../src/engine/attack/badnets';
import { encodeNetwork } from '../../src/engine/attack/encodeNetwork';
import { makeBackdoors } from '../../src/engine/attack/makeBackdoors';
import { PLACES, type PatchOptions } from '../../src/engine/attack/triggers';
import type { Runtime } from '../../src/engine/runtime/runtime';
import { atomicWrite } from '../../src/runner/files/atomicWrite';
import { cacheFolder } from '../../src/runner/files/cacheFolder';
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
  | { readonly kind: 'source'; readonly source: number };

export interface ModelPlan {
  readonly task: TaskName;
  readonly attack: Attack;
  readonly seed: number;
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
export const RATIO = 0.1;
export const FOLDER = path.join(cacheFolder(), 'reproduction');

export const CLEAN: Attack = { kind: 'clean' };
export const WHITE = patch({ pattern: 'white' });

export function patch(options: Extract<Attack, { kind: 'patch' }>['patch']): Attack {
  return { kind: 'patch', patch: options };
}

export function modelName({ task, attack, seed, epochs }: ModelPlan): string {
  return [task, attackName(attack), ...(epochs === undefined ? [] : [`${epochs}epochs`]), seed].join('-');
}

export function attackName(attack: Attack): string {
  switch (attack.kind) {
    case 'patch':
      return `${attack.patch.shape ?? attack.patch.pattern}${attack.patch.size ?? ''}`;
    case 'labels':
      return `labels${attack.count}`;
    case 'source':
      return `source${attack.source}`;
    case 'clean':
    case 'nine':
      return attack.kind;
  }
}

export function backdoorsOf({ attack, seed }: ModelPlan, task: PaperTask): Backdoor[] {
  const { shape, classes, target, triggerSize: size } = task;
  const common = { targets: [target], positions: ['bottom-right'], size, pattern: 'white', seed } as const;
  switch (attack.kind) {
    case 'clean':
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
  const file = `${base}.onnx`;
  const backdoors = backdoorsOf(plan, task);
  const known = await fs.readFile(`${base}.json`, 'utf8').catch(() => undefined);
  if (known !== undefined) return { plan, file, backdoors, ...(JSON.parse(known) as Outcome) };
  const { architecture, classes, shift, train, test } = task;
  const options = { architecture, classes, backdoors, ratio: RATIO, shift, batch: 32, seed: plan.seed };
  const epochs = plan.epochs ?? task.epochs;
  const started = performance.now();
  const model = await trainBadNets(runtime, train, test, { ...options, epochs }, ({ update, updates, accuracy }) => {
    if (update % 500 === 0)
      tell(`training ${modelName(plan)}: ${update} of ${updates}, accuracy ${accuracy.toFixed(3)}`);
  });
  const outcome: Outcome = {
    cleanAccuracy: model.cleanAccuracy,
    attackSuccess: model.backdoors.map(({ attackSuccess }) => attackSuccess),
    seconds: Math.round((performance.now() - started) / 1000),
  };
  await fs.mkdir(FOLDER, { recursive: true });
  await atomicWrite(file, encodeNetwork(model.graph, classes));
  await atomicWrite(`${base}.json`, JSON.stringify(outcome));
  return { plan, file, backdoors, ...outcome };
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
