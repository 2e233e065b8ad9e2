/** @file Reads labelled images and keeps some of them aside to judge the trained model on. */
import { SamplesError } from '../engine/support/errors';
import { readSamples } from '../engine/samples/readSamples';
import type { ImageShape, Samples } from '../engine/samples/samples';
import { selectSamples } from '../engine/samples/select';
import { nodeFiles } from '../runner/files/nodeFiles';

export interface TrainingDataOptions {
  readonly data: string;
  readonly labels?: string;
  readonly split?: string;
  /** Other images to judge on; one in {@link HELD_OUT} of `data` when absent. */
  readonly test?: string;
  readonly testSplit?: string;
  readonly limit: number;
  readonly seed: number;
}

export interface TrainingData {
  readonly train: Samples;
  readonly test: Samples;
  /** Number of classes: the largest label and one. */
  readonly classes: number;
}

/** One in so many images is kept to judge the model on. */
export const HELD_OUT = 5;

/** Throws {@link SamplesError} for images without labels. */
export async function readTrainingData(
  { data, labels, split, test, testSplit, limit, seed }: TrainingDataOptions,
  shape: ImageShape,
  signal: AbortSignal,
): Promise<TrainingData> {
  const options = { limit, seed, signal };
  const all = await readSamples(nodeFiles, data, shape, {
    ...options,
    ...(labels !== undefined && { labelsFile: labels }),
    ...(split !== undefined && { split }),
  });
  const separate = test ?? (testSplit === undefined ? undefined : data);
  const other =
    separate === undefined
      ? undefined
      : await readSamples(nodeFiles, separate, shape, {
          ...options,
          ...(testSplit !== undefined && { split: testSplit }),
        });
  const classes = 1 + Math.max(largestLabel(all), other === undefined ? 0 : largestLabel(other));
  return {
    train: other === undefined ? selectSamples(all, (i) => i % HELD_OUT !== 0) : all,
    test: other ?? selectSamples(all, (i) => i % HELD_OUT === 0),
    classes,
  };
}

function largestLabel({ labels, path }: Samples): number {
  if (labels === undefined)
    throw new SamplesError('the images have no labels, so no model can be trained', { file: path });
  return labels.reduce((largest, label) => Math.max(largest, label), 0);
}
