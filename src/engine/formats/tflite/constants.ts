/** @file The constant tensors of a TensorFlow Lite file as numbers; quantised ones as what they stand for. */
import { dataView } from '../../support/dataView';
import { ModelFormatError } from '../../support/errors';
import { bool, float32 as floatTensor, int64, showDims, sizeOf, type Tensor } from '../../graph/tensor';
import { graphDims, toGraph, type WeightLayout } from '../keras/weights/layerWeights';
import { decodeNumbers, float16, float32, type NumberType } from '../numberTypes';
import type { TfConstant } from '../tensorflow/graphDef';
import type { TfliteTensor } from './contents';

const FLOATS: Readonly<Record<string, NumberType>> = { FLOAT32: float32, FLOAT16: float16 };

/** Bytes of an element, and how it is read. */
const WHOLE: Readonly<Record<string, { bytes: number; read: (view: DataView, at: number) => number }>> = {
  INT8: { bytes: 1, read: (view, at) => view.getInt8(at) },
  UINT8: { bytes: 1, read: (view, at) => view.getUint8(at) },
  BOOL: { bytes: 1, read: (view, at) => view.getUint8(at) },
  INT16: { bytes: 2, read: (view, at) => view.getInt16(at, true) },
  INT32: { bytes: 4, read: (view, at) => view.getInt32(at, true) },
  INT64: { bytes: 8, read: (view, at) => Number(view.getBigInt64(at, true)) },
};

/** Number type of a tensor whose numbers can be written back. */
export function writableType({ type, quantization }: TfliteTensor): NumberType | undefined {
  return quantization === undefined ? FLOATS[type] : undefined;
}

/**
 * The constant, turned as `layout` says, whose key then is `key`. `undefined` for types without numbers, such as texts.
 */
export function constantOf(
  bytes: Uint8Array,
  tensor: TfliteTensor,
  key: string,
  layout: WeightLayout = {},
): TfConstant | undefined {
  const { name, data, dims, type, quantization } = tensor;
  const size = FLOATS[type]?.bytes ?? WHOLE[type]?.bytes;
  if (data === undefined || size === undefined) return undefined;
  const count = sizeOf(dims);
  if (dims.some((dim) => dim < 0) || data.end - data.start !== count * size) {
    throw new ModelFormatError('a constant has not as many numbers as its shape', {
      place: `"${name}"`,
      expected: showDims(dims),
      got: `${data.end - data.start} bytes`,
    });
  }
  const turned = graphDims({ dims, layout });
  if (sizeOf(turned) !== count || !turned.every(Number.isInteger)) {
    throw new ModelFormatError('a weight does not fit its node', {
      place: `"${name}"`,
      expected: showDims(turned),
      got: showDims(dims),
    });
  }
  const stored = bytes.subarray(data.start, data.end);
  if (FLOATS[type] === undefined && quantization === undefined) {
    const values = wholeNumbers(stored, type, count);
    if (type === 'BOOL') return { dims, dtype: 'bool', read: () => bool(dims, values.map(Boolean)) };
    return { dims, dtype: 'int64', read: () => int64(dims, values) };
  }
  const read = (): Tensor => floatTensor(turned, toGraph({ dims, layout }, realNumbers(stored, tensor, count)));
  return { dims: turned, dtype: 'float32', read, ...(writableType(tensor) && { key }) };
}

function wholeNumbers(stored: Uint8Array, type: string, count: number): number[] {
  const { bytes, read } = WHOLE[type] ?? { bytes: 1, read: () => 0 };
  const view = dataView(stored);
  return Array.from({ length: count }, (_, i) => read(view, i * bytes));
}

function realNumbers(stored: Uint8Array, { type, dims, quantization }: TfliteTensor, count: number): Float32Array {
  const float = FLOATS[type];
  if (float !== undefined) return decodeNumbers(float, stored);
  const { scales, zeroPoints, axis } = quantization ?? { scales: [1], zeroPoints: [0], axis: 0 };
  // Elements that share an index along the axis follow each other in blocks.
  const block = scales.length === 1 ? count : sizeOf(dims.slice(axis + 1));
  return Float32Array.from(wholeNumbers(stored, type, count), (value, i) => {
    const at = Math.floor(i / block) % scales.length;
    return (scales[at] ?? 1) * (value - (zeroPoints[at] ?? zeroPoints[0] ?? 0));
  });
}
