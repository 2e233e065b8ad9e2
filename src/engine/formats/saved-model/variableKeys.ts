/** @file Which variable of the checkpoint a variable of the graph is: what the graph's own function for restoring says. */
import type { ParsedNode } from '../tensorflow/graphProto';

/**
 * Keys by the names of the nodes that stand for variables: RestoreV2 has a list of keys, and AssignVariableOp says where each of its
 * outputs goes. `nodes` are those of the whole graph, calls resolved.
 */
export function variableKeys(
  nodes: readonly ParsedNode['node'][],
  texts: ReadonlyMap<string, readonly string[]>,
): Map<string, string> {
  const byName = new Map(nodes.map((node) => [node.name, node]));
  /** The node and output behind a value, through nodes that hand it on. */
  const origin = (value: string): { name: string; output: number } => {
    for (let steps = 0; ; steps++) {
      const [, name = value, output = '0'] = /^(.*):(\d+)$/.exec(value) ?? [];
      const node = byName.get(name);
      const next =
        node?.op === 'IdentityN' ? node.inputs[Number(output)] : node?.op === 'Identity' ? node.inputs[0] : undefined;
      if (next === undefined || steps > nodes.length) return { name, output: Number(output) };
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
    const key = texts.get(origin(restore.inputs[1] ?? '').name)?.[output];
    if (key !== undefined) keys.set(origin(variable).name, key);
  }
  for (const [variable, copy] of copies) {
    const key = keys.get(copy);
    if (key !== undefined && !keys.has(variable)) keys.set(variable, key);
  }
  return keys;
}
