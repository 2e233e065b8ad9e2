/** @file Models of TensorFlow.js in TensorFlow.js itself. */
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { loadGraphModel } from '@tensorflow/tfjs-converter';
import { loadLayersModel } from '@tensorflow/tfjs-layers';

export interface TfjsModel {
  readonly format?: string;
  readonly modelTopology: object;
  readonly weightsManifest: { readonly paths: string[]; readonly weights: tf.io.WeightsManifestEntry[] }[];
}

/** What the model, layers or graph, gives for images `[N, H, W, C]`. */
export async function loadTfjs(file: string): Promise<(images: tf.Tensor4D) => tf.Tensor> {
  const json = JSON.parse(await fs.readFile(file, 'utf8')) as TfjsModel;
  const paths = json.weightsManifest.flatMap((group) => group.paths.map((name) => path.join(path.dirname(file), name)));
  const weights = Buffer.concat(await Promise.all(paths.map((part) => fs.readFile(part))));
  const handler = tf.io.fromMemory({
    ...{ modelTopology: json.modelTopology, weightSpecs: json.weightsManifest.flatMap((group) => group.weights) },
    weightData: new Uint8Array(weights).buffer,
  });
  const model = await (json.format === 'graph-model' ? loadGraphModel(handler) : loadLayersModel(handler));
  return (images) => model.predict(images) as tf.Tensor;
}
