import { gzipSync, zipSync } from 'fflate';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Files } from '../../../../src/engine/support/files';
import { readSamples } from '../../../../src/engine/samples/readSamples';
import type { ReadOptions, Samples } from '../../../../src/engine/samples/samples';
import { nodeFiles } from '../../../../src/runner/files/nodeFiles';
import { bmp, concat, idx, npy, numbered, ppm } from './bytes';
import { fixture, golden, planar } from './golden';
import { memoryFiles } from '../../../support/memoryFiles';

/** Images and labels in the order of their names, for comparison. */
function sorted(samples: Samples): { name: string; label: number | undefined; image: number[] }[] {
  const size = samples.images.length / samples.count;
  return samples.names
    .map((name, i) => ({
      name,
      label: samples.labels?.[i],
      image: Array.from(samples.images.subarray(i * size, (i + 1) * size)),
    }))
    .sort((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }));
}

const GREY4 = { channels: 1, height: 4, width: 4 };
const RGB4 = { channels: 3, height: 4, width: 4 };
const read = (files: Files, path: string, shape = GREY4, options: ReadOptions = {}) =>
  readSamples(files, path, shape, options);

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

describe('image folders', () => {
  let png: Uint8Array;
  beforeAll(async () => {
    png = await sharp({ create: { width: 4, height: 4, channels: 3, background: { r: 9, g: 9, b: 9 } } })
      .png()
      .toBuffer();
  });

  it('numbers classes by sorted name', async () => {
    const files = memoryFiles({ 'd/zebra/1.png': png, 'd/ant/a.ppm': ppm(4, 4, [5, 5, 5]), 'd/ant/.hidden.png': 'x' });
    const samples = await read(files, 'd');
    expect(samples.classNames).toEqual(['ant', 'zebra']);
    expect(sorted(samples).map(({ name, label, image }) => [name, label, image[0]])).toEqual([
      ['ant/a.ppm', 0, 5],
      ['zebra/1.png', 1, 9],
    ]);
    const known = await read(files, 'd', GREY4, { classNames: ['zebra', 'bee', 'ant'] });
    expect(sorted(known).map(({ label }) => label)).toEqual([2, 0]);
  });

  it('takes numeric names as labels', async () => {
    const files = memoryFiles({ 'd/00002/a.png': png, 'd/10/b.png': png, 'd/1/c.png': png });
    const samples = await read(files, 'd');
    expect(sorted(samples).map(({ name, label }) => [name, label])).toEqual(
      [
        ['1/c.png', 1],
        ['10/b.png', 10],
        ['00002/a.png', 2],
      ].sort((a, b) => String(a[0]).localeCompare(String(b[0]), 'en', { numeric: true })),
    );
    expect(samples.classNames).toBeUndefined();
  });

  it('reads nested classes, and archives', async () => {
    const members = {
      'set/Latin/character01/1.png': png,
      'set/Latin/character02/1.png': png,
      'set/Greek/character01/1.png': png,
    };
    const samples = await read(memoryFiles({ 'o.zip': zipSync({ ...members, '__MACOSX/x.png': png }) }), 'o.zip');
    expect(samples.source).toBe('zip archive, image folders, 3 classes');
    expect(samples.classNames).toEqual(['Greek/character01', 'Latin/character01', 'Latin/character02']);
  });

  it('prefers the test folder', async () => {
    const files = memoryFiles({ 'd/train/a/1.png': png, 'd/test/a/2.png': png, 'd/test/b/3.png': png });
    const samples = await read(files, 'd');
    expect(samples).toMatchObject({ split: 'test', splits: ['test', 'train'], classNames: ['a', 'b'] });
    expect(sorted(samples).map(({ name }) => name)).toEqual(['test/a/2.png', 'test/b/3.png']);
    await expect(
      read(memoryFiles({ 'd/a/1.png': png, 'd/b/2.png': png }), 'd', GREY4, { split: 'test' }),
    ).rejects.toThrow('d: the folder has no splits');
  });

  it('reads a flat folder with and without a table', async () => {
    const images = { 'd/1.png': png, 'd/2.bmp': bmp(4, 4, 24, new Uint8Array(48)) };
    expect((await read(memoryFiles(images), 'd')).labels).toBeUndefined();
    const beside = memoryFiles({ ...images, 'd.csv': 'Path,ClassId\nTest/2.bmp,4\nTest/1.png,3\n' });
    expect(sorted(await read(beside, 'd')).map(({ label }) => label)).toEqual([3, 4]);
    const inside = memoryFiles({ ...images, 'd/labels.csv': '1.png,dog\n2.bmp,cat\n' });
    expect((await read(inside, 'd')).classNames).toEqual(['cat', 'dog']);
  });

  it('reads GTSRB’s table with regions of interest', async () => {
    const table =
      'Filename;Width;Height;Roi.X1;Roi.Y1;Roi.X2;Roi.Y2;ClassId\r\n00000.ppm;53;54;6;5;48;49;16\r\n00001.ppm;42;45;5;5;36;40;1\r\n';
    const files = memoryFiles({
      'g/00000.ppm': ppm(4, 4, [1, 1, 1]),
      'g/00001.ppm': ppm(5, 6, [2, 2, 2]),
      'g/GT-final_test.csv': table,
    });
    const samples = await read(files, 'g');
    expect(samples.source).toBe('images with the labels of GT-final_test.csv');
    expect(sorted(samples).map(({ label }) => label)).toEqual([16, 1]);
  });

  it('keeps to the folder, whatever the table says', async () => {
    const files = memoryFiles({
      'd/1.png': png,
      'secret/2.png': png,
      't.csv': 'filename,label\n1.png,0\n../secret/2.png,1\n/secret/2.png,1\n',
    });
    const samples = await read(files, 'd', GREY4, { labelsFile: 't.csv' });
    expect(samples.names).toEqual(['1.png']);
    expect(samples.notes[0]).toContain('2 rows of t.csv name no image in the folder, such as ../secret/2.png');
  });

  it('says what is wrong with a table', async () => {
    const tableError = (table: string) =>
      read(memoryFiles({ 'd/1.png': png, 't.csv': table }), 'd', GREY4, { labelsFile: 't.csv' });
    await expect(tableError('a,b\n1,2\n')).rejects.toThrow('t.csv: line 1: the table of labels has no columns we know');
    await expect(tableError('filename,label\n1.png,\n')).rejects.toThrow('row 2');
    await expect(tableError('filename,label\nx.png,1\n')).rejects.toThrow('no image that the table of labels names');
    await expect(tableError('filename,label\n"1.png,1\n')).rejects.toThrow('cannot be read');
    await expect(read(memoryFiles({ 'd/1.png': png }), 'd', GREY4, { labelsFile: 't.csv' })).rejects.toThrow(
      'the table of labels does not exist',
    );
  });

  it('reads one image', async () => {
    expect(await read(memoryFiles({ x: png }), 'x')).toMatchObject({ count: 1, names: ['x'], source: 'one image' });
  });

  it('says what is missing', async () => {
    await expect(read(memoryFiles({ 'd/x.txt': 'x' }), 'd')).rejects.toThrow('d: the folder holds no images');
    await expect(read(memoryFiles({ 'd/x': 'x' }), 'e')).rejects.toThrow('e: the samples do not exist.');
    await expect(read(memoryFiles({ 'x.tar': 'x'.repeat(600) }), 'x.tar')).rejects.toThrow('of no kind we read');
    await expect(
      read(memoryFiles({ 'a.npz': zipSync({ 'x.npy': npy('|u1', [1, 4, 4], new Uint8Array(16)) }) }), 'a.npz', GREY4, {
        labelsFile: 't.csv',
      }),
    ).rejects.toThrow('these samples hold their labels themselves');
  });
});
