/** @file Values that the file fixes: initializers, and the results of Constant and ConstantOfShape nodes. */
import { float32, scalar, type Tensor } from '../../graph/tensor';
import type { OnnxAttribute } from './attribute';
import { DATA_TYPE } from './elementType';
import type { FlatNode } from './functions';
import type { OnnxTensor } from './tensorProto';
import { toInt64 } from './upgrade/attributesToInputs';

/** Still in the file, or already known. */
export type Constant = OnnxTensor | Tensor;

export function isInFile(constant: Constant): constant is OnnxTensor {
  return 'source' in constant;
}

/** The value of a Constant node; `undefined` for strings and sparse tensors. */
export function constantOf(node: FlatNode): Constant | undefined {
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
export function filling(node: FlatNode): Constant | undefined {
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
