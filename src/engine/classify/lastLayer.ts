/** @file The last linear layer of a classifier, found by walking back from its logits. */
import type { Node } from '../graph/graph';
import type { Classifier } from './classifier';

/** Operators through which a positive factor passes unchanged, from their first input to their output. */
const HOMOGENEOUS = new Set([
  ...['Identity', 'Flatten', 'Squeeze', 'Unsqueeze', 'Reshape', 'Transpose', 'Dropout', 'Cast', 'Relu'],
  ...['GlobalAveragePool', 'AveragePool', 'ReduceMean'],
]);

/**
 * Names of the constants that make up the last linear layer: its weight, and its bias where it has one. Scaling all of
 * them scales the logits alike. `undefined` where no such layer ends the model, or where it shares a constant with another.
 */
export function lastLayer({ graph, logits }: Classifier): readonly string[] | undefined {
  const producers = new Map(graph.nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
  const uses = new Map<string, number>();
  for (const name of graph.nodes.flatMap(({ inputs }) => inputs)) uses.set(name, (uses.get(name) ?? 0) + 1);
  const isOwn = (name: string): boolean => graph.initializers.get(name)?.dtype === 'float32' && uses.get(name) === 1;
  const found: string[] = [];
  let node = producers.get(logits);
  while (node !== undefined) {
    const constants = node.inputs.filter((name) => graph.initializers.has(name));
    const { weights, isLast } = partOf(node, constants);
    if (!weights.every(isOwn)) return undefined;
    found.push(...weights);
    if (isLast) return found;
    const below = node.inputs.find((name) => name !== '' && !graph.initializers.has(name));
    if (weights.length === 0 && !HOMOGENEOUS.has(node.op)) return undefined;
    node = producers.get(below ?? '');
  }
  return undefined;
}

/** Which of an operator's constants a factor has to reach, and whether nothing below it has to change then. */
function partOf({ op }: Node, constants: readonly string[]): { weights: readonly string[]; isLast: boolean } {
  if (['Gemm', 'MatMul', 'Conv', 'Mul'].includes(op) && constants.length > 0)
    return { weights: constants, isLast: true };
  return { weights: op === 'Add' && constants.length === 1 ? constants : [], isLast: false };
}
