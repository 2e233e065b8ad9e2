/** @file Images of the population's tasks: some to train with, others to scan with. */
import * as path from 'node:path';
import { readSamples } from '../../src/engine/samples/readSamples';
import type { ImageShape, Samples } from '../../src/engine/samples/samples';
import { selectSamples } from '../../src/engine/samples/select';
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
export const SCANNED = 1000;
/** Enough for a network to learn its task, few enough that a hundred of them can be trained. */
const TRAINED = { gtsrb: 15_000, cifar10: 20_000 };

export async function populationData(task: PopulationTask): Promise<PopulationData> {
  if (task === 'gtsrb') {
    const data = await loadTask(task);
    return { ...data, train: slice(data.train, 0, TRAINED.gtsrb) };
  }
  if (task !== 'cifar10') {
    const data = await loadTask('mnist');
    return task === 'mnist' ? data : firstClasses(data, task === 'mnist2' ? 2 : 3);
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

function firstClasses({ shape, train, test }: PopulationData, classes: number): PopulationData {
  const few = (samples: Samples): Samples => selectSamples(samples, (i) => (samples.labels?.[i] ?? classes) < classes);
  return { shape, classes, train: few(train), test: few(test) };
}

export function scanned({ test }: PopulationData): Samples {
  return slice(test, 0, Math.min(SCANNED, test.count));
}
