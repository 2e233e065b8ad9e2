/** @file Reads a frozen graph of TensorFlow (GraphDef), and writes it back. */
import type { Files } from '../../support/files';
import type { ModelFile } from '../format';
import { graphChanges } from '../tensorflow/constantUses';
import { convertGraph } from '../tensorflow/convert';
import type { TfConstant, TfNode } from '../tensorflow/graphDef';
import { parseNode } from '../tensorflow/graphProto';
import { replaceStored, type StoredNumbers } from '../tensorflow/storedNumbers';
import { BYTES, Wire } from '../wire';

/** GraphDef.node. */
const NODE = 1;

export async function readFrozenGraph(files: Files, path: string): Promise<ModelFile> {
  const bytes = await files.read(path);
  const wire = new Wire(bytes);
  const stored = new Map<string, StoredNumbers>();
  const nodes: TfNode[] = [];
  const constants = new Map<string, TfConstant>();
  for (const field of wire.fields(wire.all)) {
    if (field.number !== NODE || field.wire !== BYTES) continue;
    const node = parseNode(wire, field, stored);
    nodes.push(node);
    if (node.constant !== undefined) constants.set(node.name, node.constant);
  }
  const { graph, weights, findings } = convertGraph({ nodes, constants, outputs: [] });
  return {
    ...{ format: 'tensorflow-graph', path, graph, findings, parts: [path] },
    weights: new Set(weights.keys()),
    write: (changes, baseName) =>
      Promise.resolve().then(() => [
        { name: baseName, bytes: replaceStored(bytes, stored, graphChanges(graph, weights, changes)) },
      ]),
  };
}
