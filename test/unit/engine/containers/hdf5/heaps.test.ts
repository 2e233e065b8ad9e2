/** @file Heaps that lead in a circle, on which the HDF5 library would hang or take all memory. */
import { describe, expect, it } from 'vitest';
import { ModelFormatError } from '../../../../../src/engine/support/errors';
import { checkHeaps as checkHeapsOf } from '../../../../../src/engine/containers/hdf5/heaps';

/** A file of 256 bytes with `words` (8 bytes each) behind a signature at `start`. */
function file(signature: string, version: number, start: number, words: readonly bigint[]): Uint8Array {
  const bytes = new Uint8Array(256);
  bytes.set([...new TextEncoder().encode(signature), version], start);
  const view = new DataView(bytes.buffer);
  words.forEach((word, i) => {
    view.setBigUint64(start + 8 + 8 * i, word, true);
  });
  return bytes;
}

function checkHeaps(bytes: Uint8Array): void {
  checkHeapsOf((position, target) => {
    target.set(bytes.subarray(position, position + target.length));
  }, bytes.length);
}

describe('a global heap', () => {
  it('may hold objects and free space', () => {
    // Object 1 with 9 bytes takes 16 + 16; index 0 is free space of 16.
    expect(() => {
      checkHeaps(file('GCOL', 1, 64, [64n, 1n, 9n, 0n, 0n, 0n, 16n]));
    }).not.toThrow();
  });

  it.each([
    ['free space of size zero', [64n, 0n, 0n]],
    ['an object that leaves the heap', [64n, 1n, 1000n]],
    ['a size beyond the file', [4096n, 1n, 9n]],
  ])('is refused with %s', (_title, words) => {
    expect(() => {
      checkHeaps(file('GCOL', 1, 64, words));
    }).toThrow(ModelFormatError);
  });
});

describe('a local heap', () => {
  it('may have free blocks, one after the other', () => {
    // 64 bytes of data at 128; the first free block at 0, the next at 16, which is the last (1).
    const bytes = file('HEAP', 0, 64, [64n, 0n, 128n]);
    new DataView(bytes.buffer).setBigUint64(128, 16n, true);
    new DataView(bytes.buffer).setBigUint64(144, 1n, true);
    expect(() => {
      checkHeaps(bytes);
    }).not.toThrow();
  });

  it.each([64n, 2n ** 60n])('of %d bytes is refused when the blocks lead in a circle', (size) => {
    const bytes = file('HEAP', 0, 64, [size, 0n, 128n]);
    new DataView(bytes.buffer).setBigUint64(128, 16n, true);
    expect(() => {
      checkHeaps(bytes);
    }).toThrow(ModelFormatError);
  });
});

it('is found where it straddles two blocks of the search', () => {
  const bytes = new Uint8Array((1 << 20) + 4096);
  bytes.set(file('GCOL', 1, 64, [64n, 0n, 0n]), (1 << 20) - 68);
  expect(() => {
    checkHeaps(bytes);
  }).toThrow(ModelFormatError);
});
