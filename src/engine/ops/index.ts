/** @file The operator table. A missing operator is a named error before any work starts. */
import { UnsupportedModelError } from '../errors';
import type { Graph } from '../graph/graph';
import { activations } from './activations';
import { casts } from './cast';
import { comparisons } from './comparison';
import { convolutions } from './conv';
import { elementwise } from './elementwise';
import { indexing } from './indexing';
import { linear } from './linear';
import { movement } from './movement';
import { normalizations } from './normalization';
import type { OpDefinition, OpFamily } from './op';
import { padding } from './pad';
import { pooling } from './pooling';
import { reductions } from './reduce';
import { reshapes } from './reshape';
import { resizing } from './resize';
import { shapeOperators } from './shape';
import { slicing } from './slice';
import { softmax } from './softmax';
import { unaryFunctions } from './unary';

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
