/** @file A weight as PyTorch's files hold it. */
import { ModelFormatError, UnsupportedModelError } from '../../support/errors';
import { sizeOf } from '../../graph/tensor';
import { decodeBfloat16, decodeFloat16, encodeBfloat16, encodeFloat16 } from '../../support/float16';

/** Number types of weights; other tensors, such as counters, are left alone. */
export type StoredType = 'float32' | 'float16' | 'bfloat16' | 'float64';

export interface StoredTensor {
  readonly dims: readonly number[];
  readonly type: StoredType;
  /** The file's own bytes that it lies in; little-endian. */
  readonly bytes: Uint8Array;
  /** Number of the first element in them, and how many lie between two along each axis. */
  readonly offset: number;
  readonly strides: readonly number[];
}

export const TYPE_BYTES: Readonly<Record<StoredType, number>> = { float32: 4, float16: 2, bfloat16: 2, float64: 8 };

/** Of a tensor whose elements lie one after the other. */
export function contiguousStrides(dims: readonly number[]): number[] {
  const strides: number[] = [];
  let step = 1;
  for (let axis = dims.length - 1; axis >= 0; axis--) {
    strides.unshift(step);
    step *= dims[axis] ?? 1;
  }
  return strides;
}

/** Throws {@link ModelFormatError} where an element would lie outside of the bytes. */
export function checkStored({ dims, type, bytes, offset, strides }: StoredTensor, place: string): void {
  const isWhole = [...dims, ...strides, offset].every((value) => Number.isSafeInteger(value) && value >= 0);
  const last = dims.reduce((sum, dim, axis) => sum + (dim - 1) * (strides[axis] ?? 0), offset);
  const elements = Math.floor(bytes.length / TYPE_BYTES[type]);
  if (isWhole && dims.length === strides.length && (sizeOf(dims) === 0 || last < elements)) {
    // Strides of zero would make a large tensor out of a few bytes.
    if (sizeOf(dims) <= elements) return;
  }
  throw new ModelFormatError('a weight does not lie in the data', {
    place: `"${place}"`,
    expected: `at most ${elements} elements`,
    got: `shape ${dims.join('×')} from element ${offset}`,
  });
}

/** In the order of the dimensions. Throws {@link ModelFormatError} for values that are no numbers. */
export function readStored(tensor: StoredTensor, place: string): Float32Array {
  const { bytes, type } = tensor;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const values = new Float32Array(sizeOf(tensor.dims));
  eachElement(tensor, (i, element) => {
    values[i] = readElement(view, type, element);
  });
  const wrong = values.find((value) => !Number.isFinite(value));
  if (wrong === undefined) return values;
  throw new ModelFormatError('a weight holds values that are no finite numbers', {
    place: `"${place}"`,
    expected: 'finite numbers',
    got: String(wrong),
  });
}

/**
 * Puts `values` in place of the tensor's in `bytes`, which are a copy of its own. Elements that keep their value keep their bits. Throws
 * {@link UnsupportedModelError} where the type cannot hold a value.
 */
export function writeStored(tensor: StoredTensor, bytes: Uint8Array, values: Float32Array, place: string): void {
  const { type } = tensor;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  eachElement(tensor, (i, element) => {
    const value = values[i] ?? 0;
    if (Math.fround(readElement(view, type, element)) === value) return;
    writeElement(view, type, element, value);
    if (Number.isFinite(readElement(view, type, element))) return;
    throw new UnsupportedModelError('a repaired weight does not fit into the numbers of the file', {
      place: `"${place}"`,
      expected: `a number of type ${type}`,
      got: value.toPrecision(4),
    });
  });
}

function eachElement({ dims, strides, offset }: StoredTensor, visit: (i: number, element: number) => void): void {
  const count = sizeOf(dims);
  const at = dims.map(() => 0);
  let element = offset;
  for (let i = 0; i < count; i++) {
    visit(i, element);
    for (let axis = dims.length - 1; axis >= 0; axis--) {
      const next = (at[axis] ?? 0) + 1;
      const stride = strides[axis] ?? 0;
      if (next < (dims[axis] ?? 0)) {
        at[axis] = next;
        element += stride;
        break;
      }
      element -= (next - 1) * stride;
      at[axis] = 0;
    }
  }
}

function readElement(view: DataView, type: StoredType, element: number): number {
  const at = element * TYPE_BYTES[type];
  switch (type) {
    case 'float32':
      return view.getFloat32(at, true);
    case 'float64':
      return view.getFloat64(at, true);
    case 'float16':
      return decodeFloat16(view.getUint16(at, true));
    case 'bfloat16':
      return decodeBfloat16(view.getUint16(at, true));
  }
}

function writeElement(view: DataView, type: StoredType, element: number, value: number): void {
  const at = element * TYPE_BYTES[type];
  switch (type) {
    case 'float32':
      view.setFloat32(at, value, true);
      return;
    case 'float64':
      view.setFloat64(at, value, true);
      return;
    case 'float16':
      view.setUint16(at, encodeFloat16(value), true);
      return;
    case 'bfloat16':
      view.setUint16(at, encodeBfloat16(value), true);
      return;
  }
}
