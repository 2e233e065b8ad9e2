/** @file Rewrites the nodes of older (and newer) opsets into the semantics of the graph's opset. */
import { OPSET, type GraphInput, type Node } from '../../graph/graph';
import type { Tensor } from '../../graph/tensor';
import type { Finding } from '../format';
import { Inference } from './inference';
import { attributesToInputs } from './upgrade/attributesToInputs';
import { batchNormalization, dropout, groupNormalization } from './upgrade/normalization';
import { resize, upsample } from './upgrade/resize';
import type { Rule, UpgradeContext } from './upgrade/rule';
import { softmax } from './upgrade/softmax';
import { cast, spaceToDepth } from './upgrade/types';

/** A node as the file has it, with the opset that it follows. */
export interface VersionedNode extends Node {
  readonly opset: number;
}

const RULES: ReadonlyMap<string, Rule> = new Map([
  ...attributesToInputs,
  ['BatchNormalization', batchNormalization],
  ['Cast', cast],
  ['Dropout', dropout],
  ['GroupNormalization', groupNormalization],
  ['LogSoftmax', softmax],
  ['Resize', resize],
  ['Softmax', softmax],
  ['SpaceToDepth', spaceToDepth],
  ['Upsample', upsample],
]);

/** Whether the operator needs no entry in the operator table because it is rewritten into others. */
export function isRewritten(op: string): boolean {
  return op === 'Dropout' || op === 'Upsample';
}

export interface Upgraded {
  readonly nodes: readonly Node[];
  /** The given constants and those that the rewriting added. */
  readonly constants: ReadonlyMap<string, Tensor>;
}

/** `nodes` are in topological order; `used` are all names that the model has given away. */
export function upgrade(
  nodes: readonly VersionedNode[],
  inputs: readonly GraphInput[],
  known: ReadonlyMap<string, Tensor>,
  used: Set<string>,
  findings: Finding[],
): Upgraded {
  const constants = new Map(known);
  const inference = new Inference(inputs, constants);
  const upgraded: Node[] = [];
  const fresh = (hint: string): string => {
    let name = hint;
    for (let i = 2; used.has(name); i++) name = `${hint}_${String(i)}`;
    used.add(name);
    return name;
  };
  for (const { opset, ...node } of nodes) {
    const context: UpgradeContext = {
      opset,
      fresh,
      constant: (hint, tensor) => {
        const name = fresh(hint);
        constants.set(name, tensor);
        return name;
      },
      tensor: (name) => constants.get(name),
      type: (name) => inference.type(name),
      note: (message) => findings.push({ severity: 'warning', place: `${node.op} "${node.name}"`, message }),
    };
    for (const item of RULES.get(node.op)?.(node, context) ?? [node]) {
      upgraded.push(item);
      inference.add(item);
    }
  }
  return { nodes: upgraded, constants };
}

/** The newest opset whose changes since {@link OPSET} have been looked through. */
export const NEWEST_OPSET = 28;
export const OLDEST_OPSET = 7;
export { OPSET };
