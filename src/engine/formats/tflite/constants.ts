/** @file The constant tensors of a TensorFlow Lite file as numbers; quantised ones as what they stand for. */
import { dataView } from '../../support/dataView';
import { ModelFormatError } from '../../support/errors';
import { bool, float32 as floatTensor, int64, showDims, sizeOf, type Tensor } from '../../graph/tensor';
import { graphDims, toGraph, type WeightLayout } from '../keras/weights/layerWeights';
import { decodeNumbers, float16, float32, type NumberType } from '../numberTypes';
import { withScales } from '../quantization';
import * as whole from '../wholeNumbers';
import type { WholeType } from '../wholeNumbers';
import type { TfConstant } from '../tensorflow/graphDef';
import type { TfliteTensor } from './contents';

const FLOATS: Readonly<Record<string, NumberType>> = { FLOAT32: float32, FLOAT16: float16 };

const WHOLE: Readonly<Record<string, WholeType>> = {
  ...{ INT8: whole.int8, UINT8: whole.uint8, BOOL: whole.uint8 },
  ...{ INT16: whole.int16, INT32: whole.int32, INT64: whole.int64 },
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
  const read = (): Tensor => floatTensor(turned, toGraph({ dims, layout }, realNumbers(stored, tensor)));
  return { dims: turned, dtype: 'float32', read, ...(writableType(tensor) && { key }) };
}

function wholeNumbers(stored: Uint8Array, type: string, count: number): number[] {
  const { bytes, read } = WHOLE[type] ?? whole.uint8;
  const view = dataView(stored);
  return Array.from({ length: count }, (_, i) => read(view, i * bytes));
}

function realNumbers(stored: Uint8Array, { type, dims, quantization }: TfliteTensor): Float32Array {
  const float = FLOATS[type];
  if (float !== undefined || quantization === undefined) return decodeNumbers(float ?? float32, stored);
  const { bytes, read } = WHOLE[type] ?? whole.uint8;
  const view = dataView(stored);
  return withScales(dims, quantization, (i, scale, zero) => scale * (read(view, i * bytes) - zero));
}
