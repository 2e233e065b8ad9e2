/** @file Reads a SavedModel of TensorFlow, 1 or 2, and writes it back as a folder. */
import type { Files } from '../../support/files';
import { float32, type Tensor } from '../../graph/tensor';
import type { ModelFile } from '../format';
import { decodeNumbers } from '../numberTypes';
import { graphChanges } from '../tensorflow/constantUses';
import { convertGraph } from '../tensorflow/convert';
import type { TfConstant, TfGraph, TfNode } from '../tensorflow/graphDef';
import { inlineFunctions } from '../tensorflow/inlineFunctions';
import { BYTES, Wire } from '../wire';
import { readCheckpoint, type Checkpoint } from './checkpoint';
import { Contents } from './contents';
import { metaGraph, signatureOf } from './signature';
import { variableKeys } from './variableKeys';
import { writeSavedModel } from './write';

export async function readSavedModel(files: Files, path: string): Promise<ModelFile> {
  const folder = files.parent(path);
  const checkpoint = await readCheckpoint(files, files.join(folder, 'variables'));
  const bytes = await files.read(path);
  const { graph, weights, findings } = convertGraph(graphOf(new Wire(bytes), checkpoint));
  const { index, shards } = checkpoint ?? { shards: [] };
  return {
    ...{ format: 'saved-model', path, graph, findings },
    parts: [path, ...(index ? [index.path] : []), ...shards.map((shard) => shard.path)],
    weights: new Set(weights.keys()),
    write: (changes, baseName) =>
      writeSavedModel(files, path, checkpoint, graphChanges(graph, weights, changes), baseName),
  };
}

function graphOf(wire: Wire, checkpoint: Checkpoint | undefined): TfGraph {
  const meta = metaGraph(wire);
  const contents = new Contents(wire);
  for (const field of wire.fields(meta)) if (field.number === 2 && field.wire === BYTES) contents.addGraph(field);
  const nodes = inlineFunctions(contents.nodes, contents.functions);
  const constants = new Map(nodes.flatMap(({ name, constant }) => (constant ? [[name, constant] as const] : [])));
  const keys = variableKeys(nodes);
  const byName = new Map(nodes.map((node) => [node.name, node]));
  for (const node of nodes) {
    const variable = READS.has(node.op) ? variableOf(node, byName) : OLD.has(node.op) ? node : undefined;
    if (variable === undefined) continue;
    const constant = checkpoint && constantOf(checkpoint, keys.get(variable.name) ?? sharedName(variable));
    if (constant !== undefined) constants.set(node.name, constant);
  }
  return { nodes, constants, ...signatureOf(wire, meta) };
}

/** Nodes that give the value of a variable, and those of TensorFlow 1 that are variables and their own value. */
const READS = new Set(['ReadVariableOp']);
const OLD = new Set(['Variable', 'VariableV2']);

/** The node that a ReadVariableOp reads, through those that hand it on. */
function variableOf(node: TfNode, byName: ReadonlyMap<string, TfNode>): TfNode | undefined {
  let current = byName.get(node.inputs[0] ?? '');
  for (let steps = 0; current?.op === 'Identity' && steps < byName.size; steps++)
    current = byName.get(current.inputs[0] ?? '');
  return current;
}

function sharedName({ name, attributes }: TfNode): string {
  const shared = attributes.get('shared_name');
  return typeof shared === 'string' && shared !== '' ? shared : name;
}

function constantOf({ shards, variables }: Checkpoint, key: string): TfConstant | undefined {
  const variable = variables.get(key);
  if (variable === undefined) return undefined;
  const { dims, type, shard, place } = variable;
  const read = (): Tensor => {
    const bytes = shards[shard]?.bytes ?? new Uint8Array();
    return float32(dims, decodeNumbers(type, bytes.subarray(place.start, place.end)));
  };
  return { dims, dtype: 'float32', key, read };
}
