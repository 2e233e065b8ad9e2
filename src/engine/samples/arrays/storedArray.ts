/** @file An array inside a file, read a few rows at a time. */
import { SamplesError } from '../../support/errors';
import { sizeOf } from '../../graph/tensor';
import type { ByteSource } from './byteSource';
import { decodeNumbers, type Numbers, type NumberType } from './numbers';

export interface StoredArray {
  /** Name inside the file, such as "X_test". */
  readonly name: string;
  readonly dims: readonly number[];
  readonly type: NumberType;
  /** Rows `start` … `start + count − 1` along the first dimension, row-major. Cheapest in ascending order. */
  rows(start: number, count: number): Promise<Numbers>;
}

/** Larger arrays are not loaded whole, whatever the file says. */
const MAX_WHOLE_BYTES = 1 << 29;

/** A row-major array whose elements start at `offset` of `bytes`; throws where the bytes do not hold it. */
export function storedArray(
  bytes: ByteSource,
  header: Pick<StoredArray, 'name' | 'dims' | 'type'>,
  offset: number,
): StoredArray {
  const needed = offset + sizeOf(header.dims) * header.type.size;
  if (needed !== bytes.size) {
    throw new SamplesError('the size of the array does not match its header', {
      file: bytes.name,
      place: header.name,
      expected: `${needed} bytes`,
      got: `${bytes.size} bytes`,
    });
  }
  const rowBytes = sizeOf(header.dims.slice(1)) * header.type.size;
  return {
    ...header,
    rows: async (start, count) =>
      decodeNumbers(await bytes.read(offset + start * rowBytes, count * rowBytes), header.type),
  };
}

/** A column-major (Fortran) array; its rows lie scattered, so the first read loads it whole. */
export function fortranArray(
  bytes: ByteSource,
  header: Pick<StoredArray, 'name' | 'dims' | 'type'>,
  offset: number,
): StoredArray {
  const whole = storedArray(bytes, header, offset);
  const { dims } = header;
  const [count = 1, ...rest] = dims;
  if (bytes.size > MAX_WHOLE_BYTES) {
    throw new SamplesError('the array is too large in column-major order', {
      file: bytes.name,
      place: header.name,
      expected: `at most ${MAX_WHOLE_BYTES} bytes`,
      got: `${bytes.size} bytes`,
      hint: 'Save it in row-major order (numpy.ascontiguousarray).',
    });
  }
  let loaded: Promise<Numbers> | undefined;
  return {
    ...header,
    async rows(start, rows) {
      loaded ??= whole.rows(0, count);
      const values = await loaded;
      const rowSize = sizeOf(rest);
      const picked = values instanceof Uint8Array ? new Uint8Array(rows * rowSize) : new Float32Array(rows * rowSize);
      for (let element = 0; element < rowSize; element++) {
        const source = count * transposedIndex(element, rest) + start;
        for (let row = 0; row < rows; row++) picked[row * rowSize + element] = values[source + row] ?? 0;
      }
      return picked;
    },
  };
}

/** Position in column-major order of the element at row-major position `index`. */
function transposedIndex(index: number, dims: readonly number[]): number {
  let position = 0;
  let remaining = index;
  let stride = sizeOf(dims);
  for (const dim of dims.toReversed()) {
    stride /= dim;
    position += (remaining % dim) * stride;
    remaining = Math.floor(remaining / dim);
  }
  return position;
}
