/** @file Reads a TensorFlow.js layers model, and writes it back. */
import { ModelFormatError } from '../../support/errors';
import type { Files } from '../../support/files';
import type { ModelFile } from '../format';
import { bind, changesOf } from '../keras/weights/boundModel';
import { parseJson } from '../keras/json';
import { locateByName } from './locate';
import { readManifest } from './manifest';
import { findShards, readShards } from './shards';
import { convertTopology } from './topology';
import { storedWeight } from './weightBytes';
import { writeShards } from './write';

/** `model.json` is text; weights stand in their own files. */
const MAX_JSON_BYTES = 1 << 28;

export async function readTfjs(files: Files, path: string): Promise<ModelFile> {
  const name = files.baseName(path);
  const text = await readText(files, path);
  const json = parseJson(text);
  const converted = convertTopology(json);
  const manifest = readManifest(json['weightsManifest']);
  const shards = await findShards(files, files.parent(path), manifest);
  const groups = await Promise.all(shards.map((group) => readShards(files, group)));
  const entryOf = locateByName(manifest.entries);
  const model = bind(converted, (weight) => storedWeight(entryOf(weight), groups));
  return {
    format: 'tfjs-layers',
    path,
    graph: model.graph,
    findings: converted.findings,
    parts: [path, ...shards.flat().map((shard) => shard.path)],
    weights: new Set(model.weights.keys()),
    write: (weights, baseName) =>
      Promise.resolve().then(() =>
        writeShards({ name, text, manifest, shards, groups }, changesOf(model, weights), baseName),
      ),
  };
}

/** The model file itself; throws where it is larger than any JSON of a model. */
export async function readText(files: Files, path: string): Promise<Uint8Array> {
  const size = (await files.info(path))?.size ?? 0;
  if (size <= MAX_JSON_BYTES) return files.read(path);
  throw new ModelFormatError('the model file is too large', {
    expected: `at most ${MAX_JSON_BYTES} bytes`,
    got: `${size} bytes`,
  });
}
