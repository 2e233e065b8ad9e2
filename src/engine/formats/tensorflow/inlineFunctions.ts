/** @file Puts the bodies of called functions in the place of their calls, so that a graph is one list of nodes. */
import { ModelFormatError } from '../../support/errors';
import type { TfNode } from './graphDef';

/** A FunctionDef. Values inside are `argument`, or `node:output:index`. */
export interface TfFunction<Node extends TfNode = TfNode> {
  readonly arguments: readonly string[];
  readonly nodes: readonly Node[];
  /** The value of each output. */
  readonly results: readonly string[];
}

const CALLS = new Set(['PartitionedCall', 'StatefulPartitionedCall']);
/** Functions that call each other can multiply; no real model comes near. */
const MAX_NODES = 100_000;
const MAX_DEPTH = 100;

/** The nodes of `graph` with all calls resolved: a call becomes an IdentityN of the body's results under its own name. */
export function inlineFunctions<Node extends TfNode>(
  graph: readonly Node[],
  functions: ReadonlyMap<string, TfFunction<Node>>,
): Node[] {
  const result: Node[] = [];
  const add = (node: Node, depth: number): void => {
    const body = CALLS.has(node.op) ? functions.get(String(node.attributes.get('f'))) : undefined;
    if (result.length >= MAX_NODES || depth > MAX_DEPTH) {
      throw new ModelFormatError('the functions of the model call each other without end', { place: `"${node.name}"` });
    }
    if (body === undefined) {
      result.push(node);
      return;
    }
    const given = new Map(body.arguments.map((name, i) => [name, node.inputs[i] ?? '']));
    const outside = (value: string): string => given.get(value) ?? `${node.name}/${flat(value)}`;
    for (const inner of body.nodes) {
      add({ ...inner, name: `${node.name}/${inner.name}`, inputs: inner.inputs.map(outside) }, depth + 1);
    }
    result.push({ ...node, op: 'IdentityN', inputs: body.results.map(outside) });
  };
  for (const node of graph) add(node, 0);
  return result;
}

/** `node:output:1` as `node:1`: the operators that we run have one output, or several of one name. */
function flat(value: string): string {
  const [node = value, output = '', index = output] = value.split(':');
  return /^[1-9]\d*$/.test(index) ? `${node}:${index}` : node;
}
