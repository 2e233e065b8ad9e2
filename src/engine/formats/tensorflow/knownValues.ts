/** @file Whole numbers that a graph computes from shapes and constants: sizes, axes, orders. */
import { newGraph } from '../../ops/newGraph';
import { ModelFormatError } from '../../support/errors';
import type { GraphInput, Node } from '../../graph/graph';
import { toNumbers } from '../../graph/tensor';
import type { GraphWriter } from '../graphWriter';

/** Two sizes of a batch that no network has by chance: what differs between them depends on the batch. */
const BATCHES = [2, 3];
/** Every question goes through the nodes so far; large networks ask a few hundred. */
const MAX_STEPS = 20_000_000;

/** Answers about the graph that `writer` has so far, whose images are `input`. */
export class KnownValues {
  #steps = 0;

  constructor(
    private readonly writer: GraphWriter,
    private readonly input: GraphInput,
  ) {}

  /** The numbers behind `value`; `undefined` where they depend on the images or on how many there are. */
  of(value: string): number[] | undefined {
    const { nodes, constants: initializers } = this.writer;
    this.#steps += nodes.length;
    if (this.#steps > MAX_STEPS) throw new ModelFormatError('the model computes sizes without end');
    const graph = { inputs: [this.input], outputs: [value], nodes: behind(nodes, value), initializers };
    const [first, second] = BATCHES.map((batch) => {
      const dims = this.input.dims.map((dim, axis) => dim ?? (axis === 0 ? batch : undefined));
      if (!dims.every((dim) => dim !== undefined)) return undefined;
      const b = newGraph();
      const copy = b.inline(graph, new Map([[this.input.name, b.input(this.input.name, dims)]])).get(value);
      const tensor = copy && b.constantOf(copy);
      return tensor && toNumbers(tensor);
    });
    return first?.join() === second?.join() ? first : undefined;
  }
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
