/** @file Values that the file fixes: initializers, and the results of Constant and ConstantOfShape nodes. */
import type { Constant } from './flatNode';
import { ModelFormatError } from '../../../support/errors';
import { float32, scalar, type Tensor } from '../../../graph/tensor';
import type { OnnxAttribute } from '../proto/attribute';
import { DATA_TYPE } from '../proto/elementType';
import type { FlatNode } from './flatNode';
import { layerOf } from './flatNode';
import { toInt64 } from '../upgrade/attributesToInputs';

/**
 * The nodes that do more than hold a constant; the others, and the fillings of ConstantOfShape, go to `constants`.
 * `shared` collects those inside functions, which several values may have in common.
 */
export function takeConstants(
  nodes: readonly FlatNode[],
  constants: Map<string, Constant>,
  shared = new Set<string>(),
): FlatNode[] {
  return nodes.flatMap((node) => {
    if (node.domain !== '') return [node];
    if (node.op === 'ConstantOfShape') return [asExpand(node, constants)];
    const constant = node.op === 'Constant' ? constantOf(node) : undefined;
    if (constant === undefined) return [node];
    const [name = ''] = node.outputs;
    define(constants, name, constant);
    if (!node.own) shared.add(name);
    return [];
  });
}

/** Adds a constant; throws a {@link ModelFormatError} if its name is taken. */
export function define(constants: Map<string, Constant>, name: string, constant: Constant): void {
  if (name === '') throw new ModelFormatError('a weight has no name');
  if (constants.has(name)) throw new ModelFormatError(`the value "${name}" is defined twice`);
  constants.set(name, constant);
}

/** ConstantOfShape as Expand of a scalar: graphs have no tensors among the attributes. */
function asExpand(node: FlatNode, constants: Map<string, Constant>): FlatNode {
  const constant = filling(node);
  if (constant === undefined) throw new ModelFormatError('an attribute is wrong', { place: layerOf(node) });
  const name = `${node.outputs[0] ?? ''}:value`;
  define(constants, name, constant);
  return { ...node, op: 'Expand', inputs: [name, ...node.inputs.slice(0, 1)], attributes: [] };
}

/** The value of a Constant node; `undefined` for strings and sparse tensors. */
function constantOf(node: FlatNode): Constant | undefined {
  const [attribute] = node.attributes;
  const name = node.outputs[0] ?? '';
  if (attribute === undefined) return undefined;
  switch (attribute.name) {
    case 'value':
      return attribute.kind === 'tensor' ? { ...attribute.tensor, name } : undefined;
    case 'value_float':
    case 'value_floats':
      return attribute.kind === 'floats' ? floatsOf(attribute, name) : undefined;
    case 'value_int':
    case 'value_ints':
      return attribute.kind === 'plain' ? integersOf(attribute.value) : undefined;
    default:
      return undefined;
  }
}

/** The one element that a ConstantOfShape node fills its output with, as a scalar. */
function filling(node: FlatNode): Constant | undefined {
  const attribute = node.attributes.find((candidate) => candidate.name === 'value');
  if (attribute === undefined) return scalar(0);
  if (attribute.kind !== 'tensor') return undefined;
  const { tensor } = attribute;
  return tensor.dims.every((dim) => dim === 1) ? { ...tensor, name: `${node.name}:value`, dims: [] } : undefined;
}

function floatsOf({ value, spans }: Extract<OnnxAttribute, { kind: 'floats' }>, name: string): Constant {
  const values = typeof value === 'number' ? [value] : value;
  const dims = typeof value === 'number' ? [] : [values.length];
  // A zero is not stored, so there is nothing that could be patched.
  if (spans.length === 0) return float32(dims, values);
  return { name, dims, dataType: DATA_TYPE.float32, source: { kind: 'bytes', spans } };
}

function integersOf(value: unknown): Tensor | undefined {
  if (typeof value === 'number') return { dtype: 'int64', dims: [], data: BigInt64Array.of(toInt64(value)) };
  if (!Array.isArray(value)) return undefined;
  return { dtype: 'int64', dims: [value.length], data: BigInt64Array.from(value, (item) => toInt64(Number(item))) };
}
