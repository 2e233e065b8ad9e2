import { describe, expect, it } from 'vitest';
import { float16, float32 } from '../../../../src/engine/formats/numberTypes';
import {
  checkStored,
  contiguousStrides,
  readStored,
  writeStored,
  type StoredTensor,
} from '../../../../src/engine/formats/torch/storedTensor';
import { ModelFormatError, UnsupportedModelError } from '../../../../src/engine/support/errors';

/** 0, 1, 2 … as float32, not aligned in their buffer. */
function counting(count: number): Uint8Array {
  const bytes = new Uint8Array(4 * count + 1).subarray(1);
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  for (let i = 0; i < count; i++) view.setFloat32(4 * i, i, true);
  return bytes;
}

const rows: StoredTensor = { dims: [2, 3], type: float32, bytes: counting(8), offset: 1, strides: [3, 1] };
/** The same elements, turned. */
const columns: StoredTensor = { ...rows, dims: [3, 2], strides: [1, 3] };

describe('a stored tensor', () => {
  it('has strides as PyTorch counts them', () => {
    expect(contiguousStrides([2, 3, 4])).toEqual([12, 4, 1]);
  });

  it('is read in the order of its dimensions, whichever way it lies', () => {
    expect(Array.from(readStored(rows, 'w'))).toEqual([1, 2, 3, 4, 5, 6]);
    expect(Array.from(readStored(columns, 'w'))).toEqual([1, 4, 2, 5, 3, 6]);
  });

  it('is written where it lies, and nothing beside it', () => {
    for (const tensor of [rows, columns]) {
      const bytes = tensor.bytes.slice();
      writeStored(tensor, bytes, Float32Array.of(10, 20, 30, 40, 50, 60), 'w');
      expect(Array.from(readStored({ ...tensor, bytes }, 'w'))).toEqual([10, 20, 30, 40, 50, 60]);
      const all = { ...rows, dims: [8], offset: 0, strides: [1], bytes };
      expect([readStored(all, 'w')[0], readStored(all, 'w')[7]]).toEqual([0, 7]);
    }
  });

  it('refuses what its type cannot hold, and what is no number', () => {
    const half: StoredTensor = { dims: [1], type: float16, bytes: new Uint8Array(2), offset: 0, strides: [1] };
    const write = (tensor: StoredTensor, value: number) => () => {
      writeStored(tensor, tensor.bytes.slice(), new Float32Array(tensor.dims[0]!).fill(value), 'w');
    };
    expect(write(half, 1e6)).toThrow(UnsupportedModelError);
    expect(write({ ...rows, dims: [1], strides: [1] }, Infinity)).toThrow(ModelFormatError);
  });

  it.each<[string, Partial<StoredTensor>]>([
    ['ends beyond its bytes', { offset: 3 }],
    ['begins before them', { offset: -1 }],
    ['repeats few elements often', { dims: [1000, 1000], strides: [0, 0] }],
    ['has other strides than dimensions', { strides: [1] }],
    ['has a fraction of a dimension', { dims: [2, 1.5] }],
  ])('does not lie in the data where it %s', (_, change) => {
    expect(() => {
      checkStored(rows, 'w');
    }).not.toThrow();
    expect(() => {
      checkStored({ ...rows, ...change }, 'w');
    }).toThrow(ModelFormatError);
  });
});
