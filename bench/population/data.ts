/** @file Images of the population's tasks: some to train with, others to scan with. */
import * as path from 'node:path';
import { readSamples } from '../../src/engine/samples/readSamples';
import type { ImageShape, Samples } from '../../src/engine/samples/samples';
import { nodeFiles } from '../../src/runner/files/nodeFiles';
import { dataFolder, loadTask, slice } from '../lib/data';
import type { PopulationTask } from './plan';

export interface PopulationData {
  readonly shape: ImageShape;
  readonly classes: number;
  readonly train: Samples;
  /** Never trained on. */
  readonly test: Samples;
}

/** Images that a scan is given: as many as a person has at hand. */
const SCANNED = 1000;
/** Enough for a network to learn its task, few enough that a hundred of them can be trained. */
const TRAINED = { gtsrb: 15_000, cifar10: 20_000 };

export async function populationData(task: PopulationTask): Promise<PopulationData> {
  if (task !== 'cifar10') {
    const data = await loadTask(task);
    return task === 'mnist' ? data : { ...data, train: slice(data.train, 0, TRAINED.gtsrb) };
  }
  const shape = { channels: 3, height: 32, width: 32 };
  const read = (name: string, limit: number): Promise<Samples> =>
    readSamples(nodeFiles, path.join(dataFolder(), name), shape, { limit, seed: 7 });
  return {
    shape,
    classes: 10,
    train: await read('cifar10-train.zip', TRAINED.cifar10),
    test: await read('cifar10-test.zip', 2 * SCANNED),
  };
}

export function scanned({ test }: PopulationData): Samples {
  return slice(test, 0, Math.min(SCANNED, test.count));
}
