/** @file Reads a TensorFlow.js layers model, and writes it back. */
import type { Files } from '../../support/files';
import type { ModelFile } from '../format';
import { bind, changesOf } from '../keras/weights/boundModel';
import { readContents } from './contents';
import { locateByName } from './locate';
import { convertTopology } from './topology';
import { storedWeight } from './weightBytes';
import { writeShards } from './write';

export async function readTfjs(files: Files, path: string): Promise<ModelFile> {
  const contents = await readContents(files, path);
  const { json, manifest, groups, parts } = contents;
  const converted = convertTopology(json);
  const entryOf = locateByName(manifest.entries);
  const model = bind(converted, (weight) => storedWeight(entryOf(weight), groups));
  return {
    format: 'tfjs-layers',
    path,
    graph: model.graph,
    findings: converted.findings,
    parts,
    weights: new Set(model.weights.keys()),
    write: (weights, baseName) =>
      Promise.resolve().then(() => writeShards(contents, changesOf(model, weights), baseName)),
  };
}
