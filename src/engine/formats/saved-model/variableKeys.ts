/** @file Which variable of the checkpoint a variable of the graph is: what the graph's own function for restoring says. */
import { parseValue } from '../tensorflow/graphDef';
import type { ParsedNode } from '../tensorflow/graphProto';

/**
 * Keys by the names of the nodes that stand for variables: RestoreV2 has a list of keys, and AssignVariableOp says where each of its
 * outputs goes. `nodes` are those of the whole graph, calls resolved.
 */
export function variableKeys(nodes: readonly ParsedNode[]): Map<string, string> {
  const byName = new Map(nodes.map((node) => [node.name, node]));
  /** The node and output behind a value, through nodes that hand it on. */
  const origin = (value: string): { name: string; output: number } => {
    for (let steps = 0; ; steps++) {
      const [name, output] = parseValue(value);
      const node = byName.get(name);
      const next =
        node?.op === 'IdentityN' ? node.inputs[output] : node?.op === 'Identity' ? node.inputs[0] : undefined;
      if (next === undefined || steps > nodes.length) return { name, output };
      value = next;
    }
  };
  const keys = new Map<string, string>();
  /** Variables that others were initialised from: Keras 3 saves such a copy in place of the variable that its functions read. */
  const copies = new Map<string, string>();
  for (const { op, inputs } of nodes) {
    const [variable, value] = inputs;
    if (op !== 'AssignVariableOp' || variable === undefined || value === undefined) continue;
    const { name, output } = origin(value);
    const restore = byName.get(name);
    if (restore?.op === 'ReadVariableOp') copies.set(origin(restore.inputs[0] ?? '').name, origin(variable).name);
    if (restore?.op !== 'RestoreV2') continue;
    const key = byName.get(origin(restore.inputs[1] ?? '').name)?.texts?.[output];
    if (key !== undefined) keys.set(origin(variable).name, key);
  }
  for (const [variable, copy] of copies) {
    const key = keys.get(copy);
    if (key !== undefined && !keys.has(variable)) keys.set(variable, key);
  }
  return keys;
}
