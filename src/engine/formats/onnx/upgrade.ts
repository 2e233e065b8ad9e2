/** @file Rewrites the nodes of older (and newer) opsets into the semantics of the graph's opset. */
import { ModelFormatError, UnsupportedModelError } from '../../support/errors';
import { OPSET, type GraphInput, type Node } from '../../graph/graph';
import type { Tensor } from '../../graph/tensor';
import type { Finding } from '../format';
import { Inference } from './inference';
import { layerOf } from './flatten/flatNode';
import { flatGather } from './upgrade/flatGather';
import { attributesToInputs } from './upgrade/attributesToInputs';
import { scatterNd } from './upgrade/constantScatter';
import { attention, swish } from './upgrade/newer';
import { batchNormalization, dropout, groupNormalization } from './upgrade/normalization';
import { averagePool } from './upgrade/pooling';
import { dequantizeLinear, quantizeLinear } from './upgrade/quantization';
import { resize, upsample } from './upgrade/resize';
import { step, type Rule, type UpgradeContext } from './upgrade/rule';
import { softmax } from './upgrade/softmax';
import { cast, spaceToDepth } from './upgrade/types';

/** A node as the file has it, with the opset that it follows. */
export interface VersionedNode extends Node {
  readonly opset: number;
  /** The graphs of an If node, the one for a true condition first. */
  readonly branches?: readonly VersionedBranch[];
}

export interface VersionedBranch {
  readonly nodes: readonly VersionedNode[];
  readonly constants: ReadonlyMap<string, Tensor>;
  readonly outputs: readonly string[];
}

const RULES: ReadonlyMap<string, Rule> = new Map([
  ...attributesToInputs,
  ['Attention', attention],
  ['AveragePool', averagePool],
  ['BatchNormalization', batchNormalization],
  ['Cast', cast],
  ['DequantizeLinear', dequantizeLinear],
  ['Dropout', dropout],
  ['Gather', flatGather],
  ['GroupNormalization', groupNormalization],
  ['LogSoftmax', softmax],
  ['QuantizeLinear', quantizeLinear],
  ['Resize', resize],
  ['ScatterND', scatterNd],
  ['Softmax', softmax],
  ['SpaceToDepth', spaceToDepth],
  ['Swish', swish],
  ['Upsample', upsample],
]);

const REWRITTEN = new Set([
  ...['Attention', 'DequantizeLinear', 'Dropout', 'QuantizeLinear', 'ScatterND', 'Swish', 'Upsample'],
]);

/** Whether the operator needs no entry in the operator table because it is rewritten into others, at least sometimes. */
export function isRewritten(op: string): boolean {
  return REWRITTEN.has(op);
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
  const produced = new Set([...inputs.map((input) => input.name), ...known.keys()]);
  const produce = (name: string, node: Node): void => {
    // Only branches can still clash here: the names of two of them need not differ.
    if (name !== '' && produced.has(name)) {
      throw new ModelFormatError(`the value "${name}" is defined twice`, { place: layerOf(node) });
    }
    produced.add(name);
  };
  let copies = 0;
  const fresh = (hint: string): string => {
    let name = hint;
    while (used.has(name)) name = `${hint}~${String(copies++)}`;
    used.add(name);
    return name;
  };
  const emit = (versioned: VersionedNode): void => {
    const { opset, branches, ...node } = versioned;
    if (branches !== undefined) {
      take(node, chosen(node, branches, inference));
      return;
    }
    const context: UpgradeContext = {
      opset,
      fresh,
      constant: (hint, tensor) => {
        const name = fresh(hint);
        constants.set(name, tensor);
        return name;
      },
      define: (output, tensor) => {
        produce(output, node);
        constants.set(output, tensor);
      },
      tensor: (name) => constants.get(name),
      known: (name) => inference.constant(name),
      type: (name) => inference.type(name),
      note: (message) => findings.push({ severity: 'warning', place: layerOf(node), message }),
    };
    for (const item of RULES.get(node.op)?.(node, context) ?? [node]) {
      for (const name of item.outputs) produce(name, item);
      upgraded.push(item);
      inference.add(item);
    }
  };
  const take = (node: Node, branch: VersionedBranch): void => {
    for (const [name, tensor] of branch.constants) {
      produce(name, node);
      constants.set(name, tensor);
    }
    for (const inner of branch.nodes) emit(inner);
    node.outputs.forEach((output, i) => {
      emit({ ...step('Identity', [branch.outputs[i] ?? ''], output), opset: OPSET });
    });
  };
  for (const node of nodes) emit(node);
  return { nodes: upgraded, constants };
}

/** The branch that an If node takes whatever the image is. */
function chosen(node: Node, branches: readonly VersionedBranch[], inference: Inference): VersionedBranch {
  const condition = inference.constant(node.inputs[0] ?? '');
  const branch = condition && branches[Number(condition.data[0]) === 0 ? 1 : 0];
  if (branch !== undefined) return branch;
  throw new UnsupportedModelError('an If that depends on the image is not supported', {
    place: layerOf(node),
    hint: 'Export the model without control flow.',
  });
}

/** The newest opset whose changes since 21 have been looked through. */
export const NEWEST_OPSET = 28;
export const OLDEST_OPSET = 7;
