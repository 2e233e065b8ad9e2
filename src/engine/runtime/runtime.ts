/** @file What the engine asks of a compute library. */
import type { TypedGraph } from '../graph/graph';
import type { Tensor } from '../graph/tensor';

/** Adds to the outputs, under `gradientName(w)`, the gradient of the scalar output `loss` for every w in `wrt`. */
export interface GradientRequest {
  readonly loss: string;
  readonly wrt: readonly string[];
}

export interface Runtime {
  /** For reports: library, version and device. */
  readonly description: string;
  compile(graph: TypedGraph, gradients?: GradientRequest): Promise<Session>;
}

/** A compiled graph. Not re-entrant: one run at a time. */
export interface Session {
  /** Feeds every input of the graph by name, returns every output (and gradient) by name. */
  run(feeds: ReadonlyMap<string, Tensor>): Promise<ReadonlyMap<string, Tensor>>;
  dispose(): Promise<void>;
}
