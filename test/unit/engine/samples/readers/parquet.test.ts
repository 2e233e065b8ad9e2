import { describe, expect, it } from 'vitest';
import { nodeFiles } from '../../../../../src/runner/files/nodeFiles';
import { memoryFiles } from '../../../../support/memoryFiles';
import { fixture, golden, planar } from '../golden';
import { read, sorted } from './read';

describe('Parquet', () => {
  const shape = { channels: 3, height: 5, width: 6 };

  it('reads a folder of shards, test part first', async () => {
    const samples = await read(nodeFiles, fixture('.'), shape);
    expect(samples).toMatchObject({
      count: 7,
      split: 'test',
      splits: ['test', 'train'],
      classNames: ['airplane', 'bird', 'cat'],
    });
    expect(sorted(samples).map(({ image }) => image)).toEqual(golden.parquet.images.map((image) => planar(image)));
    expect(sorted(samples).map(({ label }) => label)).toEqual(golden.parquet.labels);
  });

  it('reads a part of a single file', async () => {
    const samples = await read(nodeFiles, fixture('test-00000-of-00002.parquet'), shape, { limit: 3, seed: 2 });
    expect(samples).toMatchObject({ count: 3, available: 5 });
    for (const { name, label, image } of sorted(samples)) {
      const row = Number(/\[(\d+)\]/.exec(name)?.[1]);
      expect(label).toBe(golden.parquet.labels[row]);
      expect(image).toEqual(planar(golden.parquet.images[row]!));
    }
  });

  it('reports damage', async () => {
    const bytes = await nodeFiles.read(fixture('test-00000-of-00002.parquet'));
    for (const [from, to] of [
      [8, 300],
      [bytes.length - 600, bytes.length - 8],
      [bytes.length - 8, bytes.length - 4],
    ] as const) {
      const damaged = bytes.slice();
      damaged.fill(0x7f, from, to);
      await expect(read(memoryFiles({ 'x.parquet': damaged }), 'x.parquet', shape)).rejects.toThrow(/x\.parquet/);
    }
  });
});
