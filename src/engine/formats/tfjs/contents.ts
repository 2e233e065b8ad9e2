/** @file The files of a TensorFlow.js model, layers or graph, as they are read before anybody asks what they compute. */
import { ModelFormatError } from '../../support/errors';
import type { Files } from '../../support/files';
import { isObject, parseJson, show, type JsonObject } from '../keras/json';
import { readManifest, type Manifest } from './manifest';
import { findShards, readShards, type Shard } from './shards';

/** `model.json` is text; weights stand in their own files. */
const MAX_JSON_BYTES = 1 << 28;

export interface TfjsContents {
  /** Name of the model file. */
  readonly name: string;
  readonly text: Uint8Array;
  readonly json: JsonObject;
  readonly manifest: Manifest;
  readonly shards: readonly (readonly Shard[])[];
  /** The bytes of each group of shards. */
  readonly groups: readonly Uint8Array[];
  /** Paths of all of them, the model file first. */
  readonly parts: readonly string[];
}

export async function readContents(files: Files, path: string): Promise<TfjsContents> {
  const text = await readText(files, path);
  const json = parseJson(text);
  const manifest = readManifest(json['weightsManifest']);
  const shards = await findShards(files, files.parent(path), manifest);
  const groups = await Promise.all(shards.map((group) => readShards(files, group)));
  const parts = [path, ...shards.flat().map((shard) => shard.path)];
  return { name: files.baseName(path), text, json, manifest, shards, groups, parts };
}

async function readText(files: Files, path: string): Promise<Uint8Array> {
  const size = (await files.info(path))?.size ?? 0;
  if (size <= MAX_JSON_BYTES) return files.read(path);
  throw new ModelFormatError('the model file is too large', {
    expected: `at most ${MAX_JSON_BYTES} bytes`,
    got: `${size} bytes`,
  });
}

/** The `modelTopology`, also where it is text in its turn. `missing` says what a file without one lacks. */
export function topologyOf(json: JsonObject, missing: string): JsonObject {
  const raw = json['modelTopology'];
  const topology = typeof raw === 'string' ? parseJson(raw, 'modelTopology') : raw;
  if (isObject(topology)) return topology;
  throw new ModelFormatError(missing, { place: 'modelTopology', expected: 'an object', got: show(raw) });
}
