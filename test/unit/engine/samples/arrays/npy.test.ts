import { describe, expect, it } from 'vitest';
import { SamplesError } from '../../../../../src/engine/support/errors';
import { openBytes } from '../../../../../src/engine/samples/arrays/byteSource';
import { readNpy } from '../../../../../src/engine/samples/arrays/npy';
import { concat, npy, npyWithHeader } from '../bytes';
import { memoryFiles } from '../../../../support/memoryFiles';

async function read(bytes: Uint8Array) {
  return readNpy(await openBytes(memoryFiles({ 'x.npy': bytes }), 'x.npy'), 'x');
}

async function valuesOf(bytes: Uint8Array): Promise<number[]> {
  const array = await read(bytes);
  return Array.from(await array!.rows(0, array!.dims[0]!));
}

describe('readNpy', () => {
  it('reads every type of number', async () => {
    const buffer = (data: ArrayBufferView) => new Uint8Array(data.buffer);
    expect(await valuesOf(npy('|u1', [3], Uint8Array.of(0, 128, 255)))).toEqual([0, 128, 255]);
    expect(await valuesOf(npy('|b1', [2], Uint8Array.of(0, 1)))).toEqual([0, 1]);
    expect(await valuesOf(npy('|i1', [2], Uint8Array.of(255, 127)))).toEqual([-1, 127]);
    expect(await valuesOf(npy('<u2', [2], buffer(Uint16Array.of(1, 65535))))).toEqual([1, 65535]);
    expect(await valuesOf(npy('>i2', [2], Uint8Array.of(255, 254, 1, 0)))).toEqual([-2, 256]);
    expect(await valuesOf(npy('<i4', [2], buffer(Int32Array.of(-5, 7))))).toEqual([-5, 7]);
    expect(await valuesOf(npy('<u4', [1], buffer(Uint32Array.of(4_000_000_000))))).toEqual([4_000_000_000]);
    expect(await valuesOf(npy('<i8', [2], buffer(BigInt64Array.of(-3n, 42n))))).toEqual([-3, 42]);
    expect(await valuesOf(npy('<f4', [2], buffer(Float32Array.of(0.5, -2))))).toEqual([0.5, -2]);
    expect(await valuesOf(npy('<f8', [2], buffer(Float64Array.of(0.25, 1e10))))).toEqual([0.25, 1e10]);
    expect(await valuesOf(npy('<f2', [2], Uint8Array.of(0, 0x3c, 0, 0xb8)))).toEqual([1, -0.5]);
  });

  it('reads rows of column-major arrays', async () => {
    // numpy.arange(24).reshape(2, 3, 4) in Fortran order: the first index runs fastest.
    const order = [0, 1, 2, 3].flatMap((k) => [0, 1, 2].flatMap((j) => [0, 1].map((i) => i * 12 + j * 4 + k)));
    const array = await read(npy('|u1', [2, 3, 4], Uint8Array.from(order), true));
    expect([...(await array!.rows(1, 1))]).toEqual(Array.from({ length: 12 }, (_, i) => 12 + i));
    expect([...(await array!.rows(0, 2))]).toEqual(Array.from({ length: 24 }, (_, i) => i));
  });

  it('reads version 2 headers', async () => {
    const text = "{'descr': '|u1', 'fortran_order': False, 'shape': (2,), }\n";
    expect(await valuesOf(concat([0x93], 'NUMPY', [2, 0, text.length, 0, 0, 0], text, [8, 9]))).toEqual([8, 9]);
  });

  it('leaves text, records and Python objects alone', async () => {
    expect(await read(npy('|O', [1], new Uint8Array(8)))).toBeUndefined();
    expect(await read(npy('<U3', [1], new Uint8Array(12)))).toBeUndefined();
    const record = npyWithHeader(
      "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }",
      new Uint8Array(4),
    );
    expect(await read(record)).toBeUndefined();
  });

  it('refuses headers that are not the fixed form', async () => {
    for (const header of [
      "{'descr': '|u1', 'fortran_order': False, 'shape': (__import__('os').system('x'),), }",
      "{'descr': '|u1', 'fortran_order': False}",
      "{'descr': '|u1', 'fortran_order': 0, 'shape': (1,), }",
    ]) {
      await expect(read(npyWithHeader(header, new Uint8Array(1)))).rejects.toThrow(SamplesError);
    }
  });

  it('refuses shapes that the file does not hold', async () => {
    await expect(read(npy('|u1', [100_000, 100_000], new Uint8Array(4)))).rejects.toThrow('does not match its header');
    await expect(read(npy('|u1', [3], new Uint8Array(4)))).rejects.toThrow('does not match its header');
    await expect(read(concat([0x93], 'NUMPY', [1, 0, 255, 255], 'xyz'))).rejects.toThrow('a header of 65535 bytes');
  });
});
