import { gzipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { memoryFiles } from '../../../../support/memoryFiles';
import { idx, numbered } from '../bytes';
import { GREY4, read, sorted } from './read';

describe('idx', () => {
  const images = idx(8, [5, 4, 4], numbered(5, 16));
  const labels = idx(8, [5], Uint8Array.of(3, 1, 4, 1, 5));

  it.each([
    ['t10k-images-idx3-ubyte', 't10k-labels-idx1-ubyte'],
    ['t10k-images.idx3-ubyte', 't10k-labels.idx1-ubyte'],
    ['train-images-idx3-ubyte.gz', 'train-labels-idx1-ubyte.gz'],
    ['train-images-idx3-ubyte.gz', 'train-labels-idx1-ubyte'],
  ])('reads %s with the labels beside it', async (imageName, labelName) => {
    const pack = (name: string, bytes: Uint8Array) => (name.endsWith('.gz') ? gzipSync(bytes) : bytes);
    const files = memoryFiles({ [imageName]: pack(imageName, images), [labelName]: pack(labelName, labels) });
    const samples = await read(files, imageName);
    expect(samples.source).toBe('MNIST idx');
    expect(sorted(samples).map(({ label }) => label)).toEqual([3, 1, 4, 1, 5]);
    expect(sorted(samples).map(({ image }) => image[7])).toEqual([0, 1, 2, 3, 4]);
  });

  it('prefers the test part of a folder and offers the others', async () => {
    const files = memoryFiles({
      'mnist/train-images-idx3-ubyte': idx(8, [2, 4, 4], new Uint8Array(32)),
      'mnist/train-labels-idx1-ubyte': idx(8, [2], Uint8Array.of(0, 1)),
      'mnist/t10k-images-idx3-ubyte': images,
      'mnist/t10k-labels-idx1-ubyte': labels,
    });
    expect(await read(files, 'mnist')).toMatchObject({ count: 5, split: 'test', splits: ['test', 'train'] });
    expect(await read(files, 'mnist', GREY4, { split: 'train' })).toMatchObject({ count: 2, split: 'train' });
    await expect(read(files, 'mnist', GREY4, { split: 'dev' })).rejects.toThrow('(expected test or train, got dev)');
  });

  it('takes a named file of labels, and none', async () => {
    const files = memoryFiles({ 'pictures-ubyte': images, other: labels });
    expect((await read(files, 'pictures-ubyte', GREY4, { labelsFile: 'other' })).labels).toBeDefined();
    expect((await read(files, 'pictures-ubyte')).labels).toBeUndefined();
  });

  it('refuses labels of another set, truncated files and labels without images', async () => {
    const short = memoryFiles({ 'images-ubyte': images, 'labels-ubyte': idx(8, [4], new Uint8Array(4)) });
    await expect(read(short, 'images-ubyte')).rejects.toThrow('(expected 5 labels, got an array [4])');
    await expect(read(memoryFiles({ labels: labels }), 'labels')).rejects.toThrow('the file holds no images');
    await expect(read(memoryFiles({ images: images.slice(0, -1) }), 'images')).rejects.toThrow('of no kind we read');
  });
});
