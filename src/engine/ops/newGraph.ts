/** @file Building graphs with the table of all operators. */
import { GraphBuilder } from '../graph/builder';
import { differentiate, gradientName } from '../graph/differentiate';
import type { Graph, GraphInput, TypedGraph } from '../graph/graph';
import type { Value } from '../graph/nodeBuilder';
import { showDims } from '../graph/tensor';
import { operator } from '.';

/** An empty graph that knows every supported operator. */
export function newGraph(): GraphBuilder {
  return new GraphBuilder(operator);
}

/** A copy of `graph` with every shape fixed; `dims` gives the shape of each input. Constants are folded. */
export function specialize(graph: Graph, dims: ReadonlyMap<string, readonly number[]>): TypedGraph {
  const builder = newGraph();
  const feeds = new Map(
    graph.inputs.map((input) => [
      input.name,
      builder.input(input.name, dims.get(input.name) ?? fixed(input), input.dtype),
    ]),
  );
  const values = builder.inline(graph, feeds);
  return builder.build(
    Object.fromEntries(
      graph.outputs.map((name) => {
        const value = values.get(name);
        if (value === undefined) throw new RangeError(`Output ${name} vanished`);
        return [name, value];
      }),
    ),
  );
}

function fixed(input: GraphInput): number[] {
  return input.dims.map((dim) => {
    if (dim === null) throw new RangeError(`Shape of input ${input.name} is not fixed: ${showDims(input.dims)}`);
    return dim;
  });
}

/** `graph` with one more output per name in `wrt`: {@link gradientName}, the gradient of the output `loss`. */
export function withGradients(graph: TypedGraph, loss: string, wrt: readonly string[]): TypedGraph {
  const b = newGraph();
  const feeds = new Map(graph.inputs.map((input) => [input.name, b.input(input.name, input.dims, input.dtype)]));
  const values = b.inline(graph, feeds);
  const find = (name: string): Value => {
    const value = values.get(name);
    if (value === undefined) throw new RangeError(`The graph has no value named ${name}`);
    return value;
  };
  const gradients = differentiate(b, find(loss), wrt.map(find));
  return b.build({
    ...Object.fromEntries(graph.outputs.map((name) => [name, find(name)])),
    ...Object.fromEntries(wrt.map((name, i) => [gradientName(name), gradients[i] ?? find(name)])),
  });
}
