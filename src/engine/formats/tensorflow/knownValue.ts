/** @file Whole numbers that a graph computes from shapes and constants: sizes, axes, orders. */
import { newGraph } from '../../ops/newGraph';
import type { GraphInput, Node } from '../../graph/graph';
import { toNumbers } from '../../graph/tensor';
import type { GraphWriter } from '../graphWriter';

/** Two sizes of a batch that no network has by chance: what differs between them depends on the batch. */
const BATCHES = [2, 3];

/** The numbers behind `value`; `undefined` where they depend on the images or on how many there are. */
export function knownValue(writer: GraphWriter, input: GraphInput, value: string): number[] | undefined {
  const nodes = behind(writer.nodes, value);
  const graph = { inputs: [input], outputs: [value], nodes, initializers: writer.constants };
  const [first, second] = BATCHES.map((batch) => {
    const dims = input.dims.map((dim, axis) => dim ?? (axis === 0 ? batch : undefined));
    if (!dims.every((dim) => dim !== undefined)) return undefined;
    const b = newGraph();
    const copy = b.inline(graph, new Map([[input.name, b.input(input.name, dims)]])).get(value);
    const tensor = copy && b.constantOf(copy);
    return tensor && toNumbers(tensor);
  });
  return first?.join() === second?.join() ? first : undefined;
}

/** The nodes that `value` needs, in their order. */
function behind(nodes: readonly Node[], value: string): Node[] {
  const needed = new Set([value]);
  const found = nodes.toReversed().filter(({ inputs, outputs }) => {
    const used = outputs.some((name) => needed.has(name));
    if (used) for (const name of inputs) needed.add(name);
    return used;
  });
  return found.reverse();
}
