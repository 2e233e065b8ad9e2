/** @file A trained test network as an ONNX file. */
import type { Graph } from '../graph/graph';
import { encodeModel } from '../runtime/encode';

/** ONNX bytes with an open batch dimension; drop-out, which does nothing in evaluation, is left out. */
export function encodeNetwork(graph: Graph, classes: number): Uint8Array {
  const renamed = new Map<string, string>();
  const resolve = (name: string): string => renamed.get(name) ?? name;
  const nodes = graph.nodes.flatMap((node) => {
    const inputs = node.inputs.map(resolve);
    if (node.op !== 'Dropout') return [{ ...node, inputs }];
    renamed.set(node.outputs[0] ?? '', inputs[0] ?? '');
    return [];
  });
  const output = { dtype: 'float32', dims: [null, classes] } as const;
  return encodeModel({ ...graph, nodes }, new Map(graph.outputs.map((name) => [name, output])));
}
