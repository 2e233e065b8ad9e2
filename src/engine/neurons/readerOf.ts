/** @file Which operator reads a value in the end. */
import type { Graph, Node } from '../graph/graph';

export interface Reader {
  readonly node: Node;
  /** What it reads: the value itself, or what operators on the way have made of it. */
  readonly value: string;
}

/** The one operator that reads the value, seen through those of `passesOn`; `undefined` where several read it, or none. */
export function readerOf(graph: Graph, value: string, passesOn: ReadonlySet<string>): Reader | undefined {
  const node = onlyReader(graph, value);
  if (node === undefined || !passesOn.has(node.op)) return node && { node, value };
  return readerOf(graph, node.outputs[0] ?? '', passesOn);
}

/** Besides those that ask for the shape only. */
function onlyReader({ nodes, outputs }: Graph, value: string): Node | undefined {
  const [reader, other] = nodes.filter(({ op, inputs }) => op !== 'Shape' && inputs.includes(value));
  return other === undefined && !outputs.includes(value) ? reader : undefined;
}
