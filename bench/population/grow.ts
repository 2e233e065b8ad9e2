/** @file Goes through planned models that have no outcome yet; can be stopped and go on later. */
import * as path from 'node:path';
import type { Runtime } from '../../src/engine/runtime/runtime';
import { fileExists } from '../../src/runner/files/fileExists';
import { openRuntime } from '../../src/runner/runtimes/runtimes';
import { option } from '../lib/options';
import { populationData, type PopulationData } from './data';
import { POPULATION_FOLDER } from './models';
import type { ModelPlan, PopulationTask } from './plan';

/**
 * By the options `--threads`, `--tasks` (`tasks` without), `--share I/N`, `--most N` and `--trained`, which trains nothing. `outcome` is the file that
 * `measure` leaves of a model.
 */
export async function growPopulation(
  plans: readonly ModelPlan[],
  tasks: readonly PopulationTask[],
  outcome: (id: string) => string,
  measure: (runtime: Runtime, plan: ModelPlan, images: PopulationData) => Promise<void>,
): Promise<void> {
  const runtime = await openRuntime({ threads: Number(option('threads') ?? 1) });
  const wanted: readonly string[] = option('tasks')?.split(',') ?? tasks;
  const [part = 1, parts = 1] = (option('share') ?? '1/1').split('/').map(Number);
  const data = new Map<PopulationTask, PopulationData>();
  let left = Number(option('most') ?? Infinity);
  for (const [i, plan] of plans.entries()) {
    if (!wanted.includes(plan.task) || i % parts !== part - 1 || left <= 0) continue;
    if (await fileExists(outcome(plan.id))) continue;
    if (process.argv.includes('--trained') && !(await fileExists(path.join(POPULATION_FOLDER, `${plan.id}.json`))))
      continue;
    const images = data.get(plan.task) ?? (await populationData(plan.task));
    data.set(plan.task, images);
    await measure(runtime, plan, images);
    left--;
  }
}
