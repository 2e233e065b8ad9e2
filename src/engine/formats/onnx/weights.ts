/** @file Reads the elements of a TensorProto into a tensor of the graph. */
import { ModelFormatError, UnsupportedModelError } from '../../support/errors';
import { checkFinite } from '../checkFinite';
import { allocate, showDims, sizeOf, type Tensor, type TensorData } from '../../graph/tensor';
import { elementType, typeName, type ElementType } from './proto/elementType';
import type { ExternalData } from './externalData';
import type { OnnxTensor } from './proto/tensorProto';
import { Wire, type Span } from '../wire';

/** More elements than any file could hold; products of larger dims would lose precision. */
const MAX_ELEMENTS = 2 ** 40;

/**
 * The tensor, float16 and float64 as float32. Throws {@link ModelFormatError} where data are missing, do not fit the
 * shape or are not finite, {@link UnsupportedModelError} for element types that graphs do not compute with.
 */
export async function loadTensor(tensor: OnnxTensor, bytes: Uint8Array, external: ExternalData): Promise<Tensor> {
  const place = `"${tensor.name}"`;
  const type = elementType(tensor.dataType);
  if (type === undefined) {
    throw new UnsupportedModelError(`weights of type ${typeName(tensor.dataType)} are not supported`, { place });
  }
  const count = elementCount(tensor);
  const data =
    tensor.source.kind === 'varints'
      ? fromVarints(tensor, tensor.source.spans, type, bytes, count)
      : type.decode(await storedBytes(tensor, type, bytes, count, external));
  // A lone infinity is a legitimate bound or mask value; inside a weight it only ever is damage.
  if (data instanceof Float32Array && (data.length !== 1 || Number.isNaN(data[0]))) checkFinite(data, place);
  return { dtype: type.dtype, dims: tensor.dims, data };
}

/** Number of elements of the declared shape. */
function elementCount(tensor: OnnxTensor): number {
  const count = sizeOf(tensor.dims);
  if (tensor.dims.every((dim) => dim >= 0 && dim <= MAX_ELEMENTS) && count <= MAX_ELEMENTS) return count;
  throw new ModelFormatError('a weight declares an impossible shape', {
    place: `"${tensor.name}"`,
    expected: `dimensions from 0 to ${MAX_ELEMENTS}, as all of them together`,
    got: showDims(tensor.dims),
  });
}

/** Copied, and so aligned; lengths are checked before anything is allocated. */
async function storedBytes(
  tensor: OnnxTensor,
  type: ElementType,
  bytes: Uint8Array,
  count: number,
  external: ExternalData,
): Promise<Uint8Array> {
  const expected = count * type.bytes;
  if (tensor.source.kind === 'external')
    return new Uint8Array(await external.read(tensor.source, expected, tensor.name));
  const { spans } = tensor.source;
  const stored = spans.reduce((total, span) => total + span.end - span.start, 0);
  if (stored !== expected) {
    throw sizeMismatch(tensor, `${String(expected)} bytes of ${type.name}`, `${String(stored)} bytes`);
  }
  const copy = new Uint8Array(expected);
  let filled = 0;
  for (const { start, end } of spans) {
    copy.set(bytes.subarray(start, end), filled);
    filled += end - start;
  }
  return copy;
}

function fromVarints(
  tensor: OnnxTensor,
  spans: readonly Span[],
  type: ElementType,
  bytes: Uint8Array,
  count: number,
): TensorData {
  // Every varint takes a byte at least, so this bounds the allocation by the size of the file.
  const stored = spans.reduce((total, span) => total + span.end - span.start, 0);
  if (stored < count) throw sizeMismatch(tensor, `${String(count)} elements`, `${String(stored)} bytes`);
  const wire = new Wire(bytes);
  const data = allocate(type.dtype, count);
  let index = 0;
  for (const span of spans) {
    for (const varint of wire.varints(span)) {
      const value = type.fromInteger(wire.int64(varint));
      if (value === undefined) {
        throw new ModelFormatError(`a weight has an element that is no ${type.name}`, { place: `"${tensor.name}"` });
      }
      if (data instanceof BigInt64Array) data[index++] = BigInt(value);
      else data[index++] = Number(value);
    }
  }
  if (index !== count) throw sizeMismatch(tensor, `${String(count)} elements`, String(index));
  return data;
}

function sizeMismatch(tensor: OnnxTensor, expected: string, got: string): ModelFormatError {
  return new ModelFormatError('the data of a weight do not fit its shape', {
    place: `"${tensor.name}" ${showDims(tensor.dims)}`,
    expected,
    got,
  });
}
