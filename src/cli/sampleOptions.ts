/** @file The model and the options that say which samples go with it, shared by the commands that read both. */
import type { Command } from 'commander';
import type { PrepareRequest } from '../engine/scan/prepareScan';
import type { Runtime } from '../engine/runtime/runtime';
import { nodeFiles } from '../runner/files/nodeFiles';
import { sha256 } from '../runner/files/sha256';
import { imageSize, wholeNumber } from './optionValues';

export interface SampleOptions {
  readonly data?: string;
  readonly labels?: string;
  readonly split?: string;
  readonly architecture?: string;
  readonly preprocessing?: string;
  readonly size?: [height: number, width: number];
  readonly limit?: number;
}

export const MODEL_ARGUMENT =
  'ONNX, Keras (.h5, .keras), PyTorch (.pt, .pth), safetensors, TensorFlow (SavedModel folder, frozen .pb), TensorFlow Lite or TensorFlow.js (model.json) file';

export function sampleOptions(command: Command): Command {
  return command
    .option('--data <path>', 'clean samples: folder or zip of images, .npz, .npy, HDF5, idx, CIFAR or Parquet')
    .optionsGroup('Reading the model and the samples:')
    .option('--labels <file>', 'labels of the samples, where they are in a file of their own')
    .option('--split <name>', 'part of the samples to use, such as test')
    .option(
      '--architecture <file>',
      'for a file that holds weights only: model.json of Keras, or an ONNX file of the same network',
    )
    .option('--preprocessing <id>', 'how the model wants its pixels; found out by itself where the samples have labels')
    .option('--size <HxW>', 'image size, for a model that accepts any', imageSize)
    .option('--limit <n>', 'use at most so many samples', wholeNumber(1, 1_000_000));
}

export function sampleRequest(model: string, options: SampleOptions, runtime: Runtime): PrepareRequest {
  const { data, labels, split, architecture, preprocessing, size, limit } = options;
  return {
    files: nodeFiles,
    runtime,
    sha256,
    model,
    ...(data !== undefined && { data }),
    ...(labels !== undefined && { labels }),
    ...(split !== undefined && { split }),
    ...(architecture !== undefined && { architecture }),
    ...(preprocessing !== undefined && { preprocessing }),
    ...(size !== undefined && { size }),
    ...(limit !== undefined && { limit }),
  };
}
