/** @file Reads a TensorFlow.js graph model, and writes it back. */
import type { Files } from '../../support/files';
import { float32, type Tensor } from '../../graph/tensor';
import type { ModelFile } from '../format';
import { isObject, type JsonObject } from '../keras/json';
import { graphChanges } from '../tensorflow/constantUses';
import { convertGraph } from '../tensorflow/convert';
import type { TfConstant, TfGraph } from '../tensorflow/graphDef';
import { readNodes, shapeOf } from '../tensorflow/graphJson';
import { readContents, topologyOf } from '../tfjs/contents';
import type { ManifestEntry } from '../tfjs/manifest';
import { writeShards } from '../tfjs/write';
import { storedIntegers, storedWeight } from '../tfjs/weightBytes';

export async function readGraphModel(files: Files, path: string): Promise<ModelFile> {
  const contents = await readContents(files, path);
  const { json, manifest, groups, parts } = contents;
  const constants = new Map(manifest.entries.map((entry) => [entry.name, constantOf(entry, groups)]));
  const { graph, weights, findings } = convertGraph(graphOf(json, constants));
  return {
    ...{ format: 'tfjs-graph', path, graph, findings, parts },
    weights: new Set(weights.keys()),
    write: (changes, baseName) =>
      Promise.resolve().then(() => writeShards(contents, graphChanges(graph, weights, changes), baseName)),
  };
}

function graphOf(json: JsonObject, constants: ReadonlyMap<string, TfConstant>): TfGraph {
  const topology = topologyOf(json, 'the model file has no graph');
  const { signature: near, userDefinedMetadata: metadata } = json;
  const signature = isObject(near) ? near : isObject(metadata) ? metadata['signature'] : undefined;
  const [input] = isObject(signature) ? tensorsOf(signature['inputs']) : [];
  const shape = isObject(input?.['tensorShape']) ? shapeOf(input['tensorShape']) : undefined;
  const outputs = isObject(signature) ? tensorsOf(signature['outputs']) : [];
  return {
    nodes: readNodes(topology),
    constants,
    outputs: outputs.flatMap(({ name }) => (typeof name === 'string' ? [name.replace(/:0$/, '')] : [])),
    ...(shape !== undefined && { inputShape: shape }),
  };
}

function tensorsOf(map: unknown): JsonObject[] {
  return isObject(map) ? Object.values(map).filter(isObject) : [];
}

function constantOf(entry: ManifestEntry, groups: readonly Uint8Array[]): TfConstant {
  const { dims, key, type } = entry;
  if (type === undefined) return { dims, dtype: 'int64', read: (): Tensor => storedIntegers(entry, groups) };
  return { dims, key, dtype: 'float32', read: () => float32(dims, storedWeight(entry, groups).read()) };
}
