import { describe, expect, it } from 'vitest';
import type { Files } from '../../../../../src/engine/support/files';
import { nodeFiles } from '../../../../../src/runner/files/nodeFiles';
import { memoryFiles } from '../../../../support/memoryFiles';
import { fixture, golden, planar } from '../golden';
import { read, sorted } from './read';

describe('HDF5', () => {
  const shape = { channels: 3, height: 4, width: 5 };

  it.each([
    ['by ranges', nodeFiles],
    ['whole', { ...nodeFiles, readSync: undefined } as unknown as Files],
  ])('reads chunked big-endian floats in −1…1, planar, read %s', async (_, files) => {
    const samples = await read(files, fixture('pairs.h5'), shape);
    expect(samples).toMatchObject({ count: 7, split: 'test', splits: ['test', 'train'] });
    expect(sorted(samples).map(({ image }) => image)).toEqual(golden.hdf5.x.slice(3).map((image) => planar(image)));
    expect(sorted(samples).map(({ label }) => label)).toEqual(golden.hdf5.y.slice(3));
    expect(samples.images).toBeInstanceOf(Uint8Array);
  });

  it('reads the other part, with one-hot labels', async () => {
    const samples = await read(nodeFiles, fixture('pairs.h5'), shape, { split: 'train' });
    expect(sorted(samples).map(({ image }) => image)).toEqual(golden.hdf5.x.slice(0, 3).map((image) => planar(image)));
    expect(sorted(samples).map(({ label }) => label)).toEqual(golden.hdf5.y.slice(0, 3));
  });

  it('finds arrays in groups', async () => {
    const samples = await read(nodeFiles, fixture('groups.h5'), { channels: 1, height: 4, width: 5 });
    expect(samples).toMatchObject({ count: 7, split: 'test', splits: ['test', 'validation'] });
    expect(sorted(samples).map(({ label }) => label)).toEqual(golden.hdf5.y.slice(3));
    expect(sorted(samples)[0]?.image).toEqual(planar(golden.hdf5.x[3]!).slice(0, 20));
  });

  it.each([
    ['external.h5', /^external\.h5: the file keeps data in another file, which is not followed/],
    ['virtual.h5', /^virtual\.h5: images: the file keeps data in other files.*a virtual dataset of \.\.\/secret\.h5/],
  ])('refuses %s, whose images are in another file', async (name, message) => {
    await expect(read(nodeFiles, fixture(name), shape)).rejects.toThrow(message);
  });

  it('reports damage anywhere without printing or crashing', async () => {
    const bytes = await nodeFiles.read(fixture('pairs.h5'));
    for (const from of [8, 100, 600, 2000, 3000, 5000, 9000, bytes.length - 900]) {
      const damaged = bytes.slice();
      damaged.fill(0xa5, from, from + 200);
      await read(memoryFiles({ 'x.h5': damaged }), 'x.h5', shape).catch((error: unknown) => {
        expect((error as Error).name).toBe('SamplesError');
      });
    }
    await expect(read(memoryFiles({ 'x.h5': bytes.slice(0, 300) }), 'x.h5', shape)).rejects.toThrow('damaged');
    // The library still works afterwards.
    expect((await read(nodeFiles, fixture('pairs.h5'), shape)).count).toBe(7);
  });
});
