/** @file The operator table. A missing operator is a named error before any work starts. */
import { UnsupportedModelError } from '../support/errors';
import type { Graph } from '../graph/graph';
import { activations } from './elementwise/activations';
import { casts } from './elementwise/cast';
import { comparisons } from './elementwise/comparison';
import { convolutions } from './convolution/conv';
import { elementwise } from './elementwise/elementwise';
import { indexing } from './movement/indexing';
import { linear } from './linear/linear';
import { movement } from './movement/movement';
import { normalizations } from './normalization/normalization';
import type { OpDefinition, OpFamily } from '../graph/operator';
import { padding } from './movement/pad';
import { pooling } from './pooling/pooling';
import { reductions } from './linear/reduce';
import { reshapes } from './movement/reshape';
import { resizing } from './movement/resize';
import { shapeOperators } from './movement/shape';
import { slicing } from './movement/slice';
import { softmax } from './linear/softmax';
import { unaryFunctions } from './elementwise/unary';

const families: readonly OpFamily[] = [
  convolutions,
  pooling,
  normalizations,
  linear,
  resizing,
  elementwise,
  unaryFunctions,
  activations,
  softmax,
  reductions,
  comparisons,
  casts,
  reshapes,
  movement,
  slicing,
  padding,
  indexing,
  shapeOperators,
];

const operators: ReadonlyMap<string, OpDefinition> = new Map(families.flatMap((family) => Object.entries(family)));

/** Names of all supported operators, sorted. */
export function operatorNames(): string[] {
  return [...operators.keys()].sort();
}

/** The definition of `op`; throws {@link UnsupportedModelError} naming the layer. */
export function operator(op: string, layer: string): OpDefinition {
  const definition = operators.get(op);
  if (definition === undefined)
    throw new UnsupportedModelError(`operator ${op} is not supported`, { place: `layer "${layer}"` });
  return definition;
}

/** Throws one error that lists every unsupported operator of the graph with its layers. */
export function checkOperators(graph: Graph): void {
  const missing = graph.nodes.filter((node) => !operators.has(node.op)).map((node) => `${node.op} ("${node.name}")`);
  if (missing.length > 0) {
    throw new UnsupportedModelError(`the model uses unsupported operators: ${missing.join(', ')}`);
  }
}
