/** @file The data sets of the benchmarks, from the folder given by --data or NEURAL_CLEANSE_DATA. */
import { mkdir, writeFile } from 'node:fs/promises';
import * as path from 'node:path';
import { readSamples } from '../../src/engine/samples/readSamples';
import type { ImageShape, LabelledImages, Samples } from '../../src/engine/samples/samples';
import { cacheFolder } from '../../src/runner/files/cacheFolder';
import { nodeFiles } from '../../src/runner/files/nodeFiles';
import { option } from './options';

export type Task = 'mnist' | 'gtsrb';

export interface TaskData {
  readonly shape: ImageShape;
  readonly classes: number;
  /** Label the attacker wants. */
  readonly target: number;
  readonly train: Samples;
  /** Never trained on; scans and measurements use these. */
  readonly test: Samples;
}

/** t10k-images-idx3-ubyte.gz (with labels) and gtsrb32.h5 (X_train, Y_train, X_test, Y_test). */
export function dataFolder(): string {
  const folder = option('data') ?? process.env.NEURAL_CLEANSE_DATA;
  if (folder === undefined) throw new Error('Say where the data sets are: --data FOLDER or NEURAL_CLEANSE_DATA');
  return folder;
}

const ALL = 1_000_000;

export async function loadTask(task: Task): Promise<TaskData> {
  const folder = dataFolder();
  if (task === 'mnist') {
    const shape = { channels: 1, height: 28, width: 28 };
    // Only MNIST's test file is small enough to pass around, so it is cut in two.
    const file = path.join(folder, 't10k-images-idx3-ubyte.gz');
    const all = await readSamples(nodeFiles, file, shape, { limit: ALL, seed: 7 });
    return { shape, classes: 10, target: 7, train: slice(all, 0, 8500), test: slice(all, 8500, all.count) };
  }
  const shape = { channels: 3, height: 32, width: 32 };
  const read = (split: string): Promise<Samples> =>
    readSamples(nodeFiles, path.join(folder, 'gtsrb32.h5'), shape, { limit: ALL, split });
  return { shape, classes: 43, target: 33, train: await read('train'), test: await read('test') };
}

/** What a scan of a task's models reads: held-out images only. */
export async function scanSource(task: Task, { shape, test }: TaskData): Promise<{ data: string; split?: string }> {
  if (task === 'gtsrb') return { data: path.join(dataFolder(), 'gtsrb32.h5'), split: 'test' };
  const folder = path.join(cacheFolder(), 'bench');
  await mkdir(folder, { recursive: true });
  const header = (magic: number, ...dims: number[]): Uint8Array => {
    const view = new DataView(new ArrayBuffer(4 * (1 + dims.length)));
    [magic, ...dims].forEach((value, i) => {
      view.setUint32(4 * i, value);
    });
    return new Uint8Array(view.buffer);
  };
  const data = path.join(folder, 'held-out-images-idx3-ubyte');
  const images = Uint8Array.from(test.images);
  await writeFile(data, Buffer.concat([header(0x803, test.count, shape.height, shape.width), images]));
  const labels = Uint8Array.from(test.labels ?? []);
  await writeFile(path.join(folder, 'held-out-labels-idx1-ubyte'), Buffer.concat([header(0x801, test.count), labels]));
  return { data };
}

/** Samples `from` … `to` − 1. */
export function slice(samples: Samples, from: number, to: number): Samples {
  const size = samples.images.length / samples.count;
  return {
    ...samples,
    images: samples.images.subarray(from * size, to * size),
    names: samples.names.slice(from, to),
    count: to - from,
    ...(samples.labels === undefined ? {} : { labels: samples.labels.subarray(from, to) }),
  };
}

/** Of samples that have labels. */
export function labelled({ images, labels, count }: Samples): LabelledImages {
  if (labels === undefined) throw new Error('The images have no labels');
  return { images, labels, count };
}
