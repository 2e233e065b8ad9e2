import { zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { nodeFiles } from '../../../../../src/runner/files/nodeFiles';
import { memoryFiles } from '../../../../support/memoryFiles';
import { concat, npy, numbered } from '../bytes';
import { fixture, golden, planar } from '../golden';
import { RGB4, read, sorted } from './read';

describe('NumPy', () => {
  it('reads an archive of Keras, test part first', async () => {
    const shape = { channels: 3, height: 4, width: 5 };
    const samples = await read(nodeFiles, fixture('keras.npz'), shape);
    expect(samples).toMatchObject({ count: 2, split: 'test', splits: ['train', 'test'] });
    expect(sorted(samples).map(({ image }) => image)).toEqual(golden.numpy.x.slice(4).map((image) => planar(image)));
    expect(sorted(samples).map(({ label }) => label)).toEqual(golden.numpy.y.slice(4));
    const train = await read(nodeFiles, fixture('keras.npz'), shape, { split: 'x_train' });
    expect(sorted(train).map(({ label }) => label)).toEqual(golden.numpy.y.slice(0, 4));
  });

  it('reads column-major floats in 0…1 with one-hot labels', async () => {
    const samples = await read(nodeFiles, fixture('fortran.npz'), { channels: 3, height: 4, width: 5 });
    expect(samples.images).toBeInstanceOf(Uint8Array);
    expect(sorted(samples).map(({ image }) => image)).toEqual(golden.numpy.x.map((image) => planar(image)));
    expect(sorted(samples).map(({ label }) => label)).toEqual(golden.numpy.y);
    expect(samples.notes).toContain('Pixel values lie in 0…1 and were mapped to 0…255.');
  });

  it('never opens Python objects', async () => {
    await expect(read(nodeFiles, fixture('objects.npz'), RGB4)).rejects.toThrow('no array of images was found');
    await expect(read(memoryFiles({ 'x.pkl': concat([0x80, 4, 0x95], 'x'.repeat(100)) }), 'x.pkl')).rejects.toThrow(
      'would run code',
    );
  });

  it('reads a single array with the labels beside it', async () => {
    const files = memoryFiles({
      'x_test.npy': npy('|u1', [3, 4, 4, 1], numbered(3, 16)),
      'y_test.npy': npy('<i8', [3], new Uint8Array(BigInt64Array.of(7n, 8n, 9n).buffer)),
    });
    expect(sorted(await read(files, 'x_test.npy')).map(({ label }) => label)).toEqual([7, 8, 9]);
  });

  it('says what is wrong with labels', async () => {
    const x = npy('|u1', [3, 4, 4], new Uint8Array(48));
    const withLabels = (y: Uint8Array) => memoryFiles({ 'a.npz': zipSync({ 'x.npy': x, 'y.npy': y }) });
    const soft = npy('<f4', [3, 2], new Uint8Array(Float32Array.of(1, 0, 0.5, 0.5, 0, 1).buffer));
    await expect(read(withLabels(soft), 'a.npz')).rejects.toThrow('a.npz: y[1]: the labels cannot be understood');
    const negative = npy('|i1', [3], Uint8Array.of(0, 255, 1));
    await expect(read(withLabels(negative), 'a.npz')).rejects.toThrow('got -1');
    const other = npy('|u1', [2], Uint8Array.of(0, 1));
    await expect(read(withLabels(other), 'a.npz')).rejects.toThrow(
      'a.npz: y: there are not as many labels as images (expected 3 labels, got y [2])',
    );
  });

  it('pairs labels by name, then by length, and not across splits', async () => {
    const x = npy('|u1', [3, 4, 4], numbered(3, 16));
    const pair = async (members: Record<string, Uint8Array>) =>
      (await read(memoryFiles({ 'a.npz': zipSync(members) }), 'a.npz')).labels?.toSorted();
    const labels = (...values: number[]) => npy('|u1', [values.length], Uint8Array.from(values));
    expect(await pair({ 'x_test.npy': x, 'y_train.npy': labels(7, 7, 7), 'y_test.npy': labels(1, 2, 3) })).toEqual(
      Int32Array.of(1, 2, 3),
    );
    expect(await pair({ 'arr_0.npy': x, 'arr_1.npy': labels(4, 5, 6) })).toEqual(Int32Array.of(4, 5, 6));
    expect(await pair({ 'pictures.npy': x, 'ClassId.npy': labels(4, 5, 6) })).toEqual(Int32Array.of(4, 5, 6));
    expect(await pair({ 'x_test.npy': x, 'y_train.npy': labels(7, 7, 7) })).toBeUndefined();
    const boxes = npy('<f4', [3, 4], new Uint8Array(48));
    expect(await pair({ 'x.npy': x, 'boxes.npy': boxes })).toBeUndefined();
  });

  it('tells NCHW from NHWC, by the model where both fit', async () => {
    const order = Uint8Array.from({ length: 4 * 3 * 4 * 4 }, (_, i) => i % 251);
    const six = npy('|u1', [2, 5, 5, 6], new Uint8Array(300));
    const planarFile = memoryFiles({ 'x.npy': npy('|u1', [4, 3, 4, 4], order) });
    expect(sorted(await read(planarFile, 'x.npy', RGB4))[0]?.image).toEqual([...order.slice(0, 48)]);
    const mixedFile = memoryFiles({ 'x.npy': npy('|u1', [4, 4, 4, 3], order) });
    expect(sorted(await read(mixedFile, 'x.npy', RGB4))[0]?.image).toEqual(planar([...order.slice(0, 48)]));
    await expect(read(memoryFiles({ 'x.npy': six }), 'x.npy', RGB4)).rejects.toThrow(
      'with 3 channels, got x [2, 5, 5, 6]',
    );
  });
});
