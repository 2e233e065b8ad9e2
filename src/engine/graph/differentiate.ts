/** @file Reverse-mode differentiation of a graph: Graph in, Graph out. */
import { UnsupportedModelError } from '../support/errors';
import type { GraphBuilder } from './builder';
import type { Node } from './graph';
import type { Value } from './nodeBuilder';

/** Name of the output that holds ∂loss/∂`name`. */
export function gradientName(name: string): string {
  return `gradient:${name}`;
}

/**
 * Appends to `b` the nodes that compute ∂(sum of `loss`)/∂w for each w in `wrt`, and returns those values,
 * each with the shape of its w. A w that does not reach the loss has gradient zero.
 */
export function differentiate(b: GraphBuilder, loss: Value, wrt: readonly Value[]): Value[] {
  const active = new Set(wrt.map((value) => value.name));
  const path: Node[] = [];
  for (const node of b.nodes) {
    if (b.operators(node.op, node.name).gradient === 'none' || !node.inputs.some((name) => active.has(name))) continue;
    path.push(node);
    for (const name of node.outputs) active.add(name);
  }

  const gradients = new Map<string, Value>([[loss.name, b.filled(loss.dims, 1)]]);
  for (const node of path.reverse()) {
    const outputGradients = node.outputs.map((name) => gradients.get(name));
    if (outputGradients.every((gradient) => gradient === undefined)) continue;
    const inputGradients = backward(b, node, outputGradients, active);
    node.inputs.forEach((name, i) => {
      const gradient = inputGradients[i];
      if (gradient === undefined || !active.has(name)) return;
      const sum = gradients.get(name);
      gradients.set(name, sum === undefined ? gradient : b.op('Add', [sum, gradient]));
    });
  }
  return wrt.map((value) => gradients.get(value.name) ?? b.filled(value.dims, 0));
}

function backward(
  b: GraphBuilder,
  node: Node,
  gradients: readonly (Value | undefined)[],
  active: ReadonlySet<string>,
): readonly (Value | undefined)[] {
  const { gradient } = b.operators(node.op, node.name);
  if (gradient === 'none') throw new UnsupportedModelError(`${node.op} has no gradient`, { place: node.name });
  const inputs = node.inputs.map((name) => (name === '' ? undefined : b.value(name)));
  return gradient({
    b,
    op: node.op,
    name: node.name,
    attributes: node.attributes,
    inputs,
    outputs: node.outputs.map((name) => b.value(name)),
    outputCount: node.outputs.length,
    gradients,
    needs: (i) => active.has(node.inputs[i] ?? ''),
    constant: (i) => {
      const input = inputs[i];
      return input === undefined ? undefined : b.constantOf(input);
    },
  });
}
