/** @file A graph with other weights. */
import type { Graph } from './graph';
import { float32 } from './tensor';

/** `graph` with the values of the named float initializers replaced; shapes stay. */
export function withWeights(graph: Graph, weights: ReadonlyMap<string, Float32Array>): Graph {
  const initializers = new Map(graph.initializers);
  for (const [name, values] of weights) {
    const tensor = initializers.get(name);
    if (tensor === undefined) throw new RangeError(`The model has no weight named ${name}`);
    initializers.set(name, float32(tensor.dims, values));
  }
  return { ...graph, initializers };
}
