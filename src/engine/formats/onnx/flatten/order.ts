/** @file Which nodes the outputs need, and in which order they can run. */
import { layerOf } from './flatNode';
import { ModelFormatError } from '../../../support/errors';
import type { FlatNode } from './flatNode';

/**
 * The nodes that `outputs` depend on, each after the nodes it needs, otherwise in file order. `known` are the values
 * that no node has to produce. Throws {@link ModelFormatError} for cycles, missing values and values defined twice.
 */
export function orderNodes(
  nodes: readonly FlatNode[],
  known: ReadonlySet<string>,
  outputs: readonly string[],
): FlatNode[] {
  const producers = producersOf(nodes, known);
  const needed = reach(outputs, producers, known);
  const state = new Map<FlatNode, 'open' | 'done'>();
  const ordered: FlatNode[] = [];
  const stack = nodes.filter((node) => needed.has(node)).map((node) => ({ node, leaving: false }));
  stack.reverse();
  for (let item = stack.pop(); item !== undefined; item = stack.pop()) {
    const { node, leaving } = item;
    if (leaving) {
      state.set(node, 'done');
      ordered.push(node);
      continue;
    }
    if (state.get(node) === 'done') continue;
    if (state.get(node) === 'open') {
      throw new ModelFormatError('the model feeds a value back into itself', { place: layerOf(node) });
    }
    state.set(node, 'open');
    stack.push({ node, leaving: true });
    for (const name of inputsOf(node)) {
      const producer = producers.get(name);
      if (producer !== undefined) stack.push({ node: producer, leaving: false });
    }
  }
  return ordered;
}

/** Values that the node needs, those of its branches among them. */
export function inputsOf(node: FlatNode): string[] {
  const captured = node.branches?.flatMap((branch) => branch.captured) ?? [];
  return [...node.inputs, ...captured].filter((name) => name !== '');
}

function producersOf(nodes: readonly FlatNode[], known: ReadonlySet<string>): Map<string, FlatNode> {
  const producers = new Map<string, FlatNode>();
  for (const node of nodes) {
    for (const name of node.outputs) {
      if (name === '') continue;
      if (known.has(name) || producers.has(name)) {
        throw new ModelFormatError(`the value "${name}" is defined twice`, { place: layerOf(node) });
      }
      producers.set(name, node);
    }
  }
  return producers;
}

function reach(
  outputs: readonly string[],
  producers: ReadonlyMap<string, FlatNode>,
  known: ReadonlySet<string>,
): Set<FlatNode> {
  const needed = new Set<FlatNode>();
  const pending = outputs.map((name) => ({ name, user: 'the outputs of the graph' }));
  for (let item = pending.pop(); item !== undefined; item = pending.pop()) {
    const producer = producers.get(item.name);
    if (producer === undefined) {
      if (known.has(item.name)) continue;
      throw new ModelFormatError('a value is used that nothing produces', {
        place: item.user,
        expected: 'the name of an input, a weight or an output of a node',
        got: `"${item.name}"`,
      });
    }
    if (needed.has(producer)) continue;
    needed.add(producer);
    for (const name of inputsOf(producer)) pending.push({ name, user: layerOf(producer) });
  }
  return needed;
}
