/** @file The two graphs of an If node. Exporters write If where a shape decides, which is known before running. */
import { takeConstants } from './constants';
import { type Constant } from './flatNode';
import type { FunctionInliner } from './functions';
import type { Branch, FlatNode } from './flatNode';
import { parseGraph, type OnnxModel } from '../proto/messages';
import { inputsOf, orderNodes } from './order';

const MAX_DEPTH = 8;

/** `node` with its branches parsed, if it is an If outside of functions. */
export function withBranches(node: FlatNode, model: OnnxModel, functions: FunctionInliner, depth = 0): FlatNode {
  if (node.op !== 'If' || node.domain !== '' || !node.own || depth === MAX_DEPTH) return node;
  const branch = (name: string): Branch | undefined => {
    const attribute = node.attributes.find((candidate) => candidate.name === name);
    if (attribute?.kind !== 'graph') return undefined;
    const graph = parseGraph(model.wire, attribute.span);
    const constants = new Map<string, Constant>(graph.initializers.map((tensor) => [tensor.name, tensor]));
    const nodes = takeConstants(functions.inline(graph.nodes), constants).map((inner) =>
      withBranches(inner, model, functions, depth + 1),
    );
    const made = new Set([...constants.keys(), ...nodes.flatMap((inner) => inner.outputs)]);
    const captured = [...nodes.flatMap(inputsOf), ...graph.outputs].filter((used) => !made.has(used));
    const ordered = orderNodes(nodes, new Set([...constants.keys(), ...captured]), graph.outputs);
    return { nodes: ordered, constants, outputs: graph.outputs, captured };
  };
  const then = branch('then_branch');
  const otherwise = branch('else_branch');
  return then === undefined || otherwise === undefined
    ? node
    : { ...node, attributes: [], branches: [then, otherwise] };
}
