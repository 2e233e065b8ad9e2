/** @file Reads a TensorFlow.js graph model, and writes it back. */
import { ModelFormatError } from '../../support/errors';
import type { Files } from '../../support/files';
import { float32, type Tensor } from '../../graph/tensor';
import type { ModelFile } from '../format';
import { isObject, parseJson, show, type JsonObject } from '../keras/json';
import { changesOf } from '../tensorflow/constantUses';
import { convertGraph } from '../tensorflow/convert';
import type { TfConstant, TfGraph } from '../tensorflow/graphDef';
import { readNodes, shapeOf } from '../tensorflow/graphJson';
import { readManifest, type ManifestEntry } from '../tfjs/manifest';
import { readText } from '../tfjs/read';
import { findShards, readShards } from '../tfjs/shards';
import { writeShards } from '../tfjs/write';
import { storedIntegers, storedWeight } from '../tfjs/weightBytes';

export async function readGraphModel(files: Files, path: string): Promise<ModelFile> {
  const text = await readText(files, path);
  const json = parseJson(text);
  const manifest = readManifest(json['weightsManifest']);
  const shards = await findShards(files, files.parent(path), manifest);
  const groups = await Promise.all(shards.map((group) => readShards(files, group)));
  const constants = new Map(manifest.entries.map((entry) => [entry.name, constantOf(entry, groups)]));
  const { graph, weights, findings } = convertGraph(graphOf(json, constants));
  return {
    ...{ format: 'tfjs-graph', path, graph, findings },
    parts: [path, ...shards.flat().map((shard) => shard.path)],
    weights: new Set(weights.keys()),
    write: (changes, baseName) =>
      Promise.resolve().then(() =>
        writeShards(
          { name: files.baseName(path), text, manifest, shards, groups },
          changesOf(graph, weights, changes),
          baseName,
        ),
      ),
  };
}

function graphOf(json: JsonObject, constants: ReadonlyMap<string, TfConstant>): TfGraph {
  const { modelTopology: raw, signature: near, userDefinedMetadata: metadata } = json;
  const topology = typeof raw === 'string' ? parseJson(raw, 'modelTopology') : raw;
  if (!isObject(topology)) {
    throw new ModelFormatError('the model file has no graph', {
      place: 'modelTopology',
      expected: 'an object',
      got: show(raw),
    });
  }
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
