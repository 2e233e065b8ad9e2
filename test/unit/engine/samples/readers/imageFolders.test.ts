import { zipSync } from 'fflate';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { memoryFiles } from '../../../../support/memoryFiles';
import { bmp, npy, ppm } from '../bytes';
import { GREY4, read, sorted } from './read';

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
