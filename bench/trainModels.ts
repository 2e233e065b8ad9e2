/**
 * @file Trains the models of bench/detection.ts ahead of time and keeps them in the user's cache folder.
 * Usage: tsx bench/trainModels.ts --data FOLDER [--tasks mnist,gtsrb] [--seeds 1] [--variants badnets,clean,noise,nine,labels] [--threads N]
 */
import { openRuntime } from '../src/runner/runtimes/runtimes';
import { loadTask, type Task } from './lib/data';
import { benchModel, type Variant } from './lib/models';
import { numbers, option } from './lib/options';

async function main(): Promise<void> {
  const runtime = await openRuntime({ threads: Number(option('threads') ?? 2) });
  for (const task of (option('tasks') ?? 'mnist,gtsrb').split(',') as Task[]) {
    const data = await loadTask(task);
    for (const seed of numbers('seeds', [1])) {
      for (const variant of (option('variants') ?? 'badnets,clean').split(',')) {
        const special = variant === 'badnets' || variant === 'clean' ? undefined : (variant as Variant);
        console.log(await benchModel(runtime, task, data, variant !== 'clean', seed, special));
      }
    }
  }
}

await main();
