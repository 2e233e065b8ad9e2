import { describe, expect, it } from 'vitest';
import { memoryFiles } from '../../../../support/memoryFiles';
import { concat } from '../bytes';
import { read, sorted } from './read';

describe('CIFAR', () => {
  const record = (labels: number[], value: number) =>
    concat(labels, new Uint8Array(1024).fill(value), new Uint8Array(2048));
  const shape = { channels: 3, height: 32, width: 32 };

  it('reads CIFAR-10 with class names', async () => {
    const files = memoryFiles({
      'c/data_batch_1.bin': concat(record([2], 10), record([9], 20)),
      'c/data_batch_2.bin': record([0], 30),
      'c/test_batch.bin': record([5], 40),
      'c/batches.meta.txt': 'airplane\nautomobile\nbird\n\n',
    });
    const train = await read(files, 'c', shape, { split: 'train' });
    expect(sorted(train).map(({ label, image }) => [label, image[0], image[1024]])).toEqual([
      [2, 10, 0],
      [9, 20, 0],
      [0, 30, 0],
    ]);
    expect(train.classNames).toEqual(['airplane', 'automobile', 'bird']);
    expect(await read(files, 'c', shape)).toMatchObject({ count: 1, split: 'test', source: 'CIFAR-10, split test' });
  });

  it('reads the fine labels of CIFAR-100', async () => {
    const files = memoryFiles({ 'test.bin': concat(record([1, 99], 1), record([19, 0], 2)) });
    expect(sorted(await read(files, 'test.bin', shape)).map(({ label }) => label)).toEqual([99, 0]);
  });

  it('does not mistake other files of the same length', async () => {
    await expect(read(memoryFiles({ 'x.bin': record([200], 1) }), 'x.bin', shape)).rejects.toThrow(
      'of no kind we read',
    );
  });
});
