/** @file A weight as PyTorch's files hold it. */
import { ModelFormatError } from '../../support/errors';
import { dataView } from '../../support/dataView';
import { sizeOf } from '../../graph/tensor';
import { checkFinite } from '../checkFinite';
import { decodeNumbers, replaceNumber, type NumberType } from '../numberTypes';

/** Only of float types; other tensors, such as counters, are left alone. */
export interface StoredTensor {
  readonly dims: readonly number[];
  readonly type: NumberType;
  /** The file's own bytes that it lies in; little-endian. */
  readonly bytes: Uint8Array;
  /** Number of the first element in them, and how many lie between two along each axis. */
  readonly offset: number;
  readonly strides: readonly number[];
}

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
  const elements = Math.floor(bytes.length / type.bytes);
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
  const values = isContiguous(tensor) ? readContiguous(tensor) : readStrided(tensor);
  checkFinite(values, `"${place}"`);
  return values;
}

/**
 * Puts `values` in place of the tensor's in `bytes`, which are a copy of its own. Elements that keep their value keep their bits. Throws
 * {@link ModelFormatError} for values that are no numbers, {@link UnsupportedModelError} for those that the type cannot hold.
 */
export function writeStored(tensor: StoredTensor, bytes: Uint8Array, values: Float32Array, place: string): void {
  checkFinite(values, `"${place}"`);
  const { type } = tensor;
  const view = dataView(bytes);
  eachElement(tensor, (i, element) => {
    replaceNumber(type, view, element * type.bytes, values[i] ?? 0, `"${place}"`);
  });
}

function isContiguous({ dims, strides }: StoredTensor): boolean {
  return contiguousStrides(dims).every((stride, axis) => stride === strides[axis]);
}

function readContiguous({ dims, type, bytes, offset }: StoredTensor): Float32Array {
  return decodeNumbers(type, bytes.subarray(offset * type.bytes, (offset + sizeOf(dims)) * type.bytes));
}

function readStrided(tensor: StoredTensor): Float32Array {
  const { dims, type, bytes } = tensor;
  const view = dataView(bytes);
  const values = new Float32Array(sizeOf(dims));
  eachElement(tensor, (i, element) => {
    values[i] = type.read(view, element * type.bytes);
  });
  return values;
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
