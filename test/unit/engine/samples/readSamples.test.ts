import { describe, expect, it } from 'vitest';
import { CancelledError } from '../../../../src/engine/support/errors';
import { readSamples } from '../../../../src/engine/samples/readSamples';
import { memoryFiles } from '../../../support/memoryFiles';
import { idx, npy, numbered, ppm } from './bytes';

const SHAPE = { channels: 1, height: 4, width: 4 };

/** 200 images sorted by class; pixel = index. */
const sorted = memoryFiles({
  'images-ubyte': idx(8, [200, 4, 4], numbered(200, 16)),
  'labels-ubyte': idx(
    8,
    [200],
    Uint8Array.from({ length: 200 }, (_, i) => Math.floor(i / 20)),
  ),
});

describe('readSamples', () => {
  it('draws evenly from sorted classes and keeps images and labels together', async () => {
    const samples = await readSamples(sorted, 'images-ubyte', SHAPE, { limit: 30 });
    expect(samples).toMatchObject({ count: 30, available: 200, path: 'images-ubyte', ...SHAPE });
    expect(samples.images).toHaveLength(30 * 16);
    samples.labels!.forEach((label, i) => {
      const index = samples.images[i * 16]!;
      expect(label).toBe(Math.floor(index / 20));
      expect(samples.names[i]).toBe(`images-ubyte[${index}]`);
    });
    for (let start = 0; start < 30; start += 10) {
      expect([...samples.labels!.subarray(start, start + 10)].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    }
  });

  it('draws the same samples for the same seed', async () => {
    const read = async (seed: number) => (await readSamples(sorted, 'images-ubyte', SHAPE, { limit: 20, seed })).names;
    expect(await read(1)).toEqual(await read(1));
    expect(await read(1)).not.toEqual(await read(2));
  });

  it('replaces images that cannot be read, and counts them', async () => {
    const contents: Record<string, Uint8Array | string> = {};
    for (let i = 0; i < 40; i++) {
      contents[`d/${i % 2}/${i}.ppm`] = i % 4 === 0 ? 'P6 broken' : ppm(4, 4, [i, i, i]);
      if (i === 8) contents[`d/0/${i}.ppm`] = '';
    }
    const samples = await readSamples(memoryFiles(contents), 'd', { ...SHAPE, channels: 3 }, { limit: 30 });
    expect(samples.count).toBe(30);
    expect(samples.skipped).toHaveLength(10);
    expect(samples.skipped.map(({ reason }) => reason)).toContain('the file is empty');
    samples.labels!.forEach((label, i) => {
      expect(samples.images[i * 48]).toBe(Number(/(\d+)\.ppm/.exec(samples.names[i]!)![1]));
      expect(label).toBe(samples.images[i * 48]! % 2);
    });
  });

  it('closes the gaps when the source runs out', async () => {
    const contents: Record<string, Uint8Array | string> = {
      'd/a.ppm': ppm(4, 4, [7, 7, 7]),
      'd/c.ppm': ppm(4, 4, [9, 9, 9]),
    };
    const samples = await readSamples(memoryFiles({ ...contents, 'd/b.png': 'not a png' }), 'd', SHAPE);
    expect(samples.count).toBe(2);
    expect([...samples.images].sort((a, b) => a - b)).toEqual([
      ...new Array<number>(16).fill(7),
      ...new Array<number>(16).fill(9),
    ]);
    expect(samples.images).toHaveLength(32);
    expect(samples.skipped).toEqual([{ name: 'b.png', reason: 'not a JPEG, PNG, WebP, BMP or PPM image' }]);
  });

  it('fails only when no image is left', async () => {
    await expect(readSamples(memoryFiles({ 'd/a.png': 'x', 'd/b.jpg': '' }), 'd', SHAPE)).rejects.toThrow(
      /d: no image can be read .*b\.jpg: the file is empty/,
    );
    const none = memoryFiles({ 'x.npy': npy('|u1', [0, 4, 4], new Uint8Array(0)) });
    await expect(readSamples(none, 'x.npy', SHAPE)).rejects.toThrow('no array of images was found');
  });

  it('keeps fractions of a level', async () => {
    const values = Float32Array.from({ length: 32 }, (_, i) => i / 31);
    const files = memoryFiles({ 'x.npy': npy('<f4', [2, 4, 4], new Uint8Array(values.buffer)) });
    const samples = await readSamples(files, 'x.npy', SHAPE);
    expect(samples.images).toBeInstanceOf(Float32Array);
    expect(Math.max(...samples.images)).toBeCloseTo(255, 4);
  });

  it('reports progress and stops when cancelled', async () => {
    const progress: [number, number][] = [];
    await readSamples(sorted, 'images-ubyte', SHAPE, { onProgress: (done, total) => progress.push([done, total]) });
    expect(progress.at(-1)).toEqual([200, 200]);
    expect(progress.length).toBeGreaterThan(1);
    await expect(readSamples(sorted, 'images-ubyte', SHAPE, { signal: { aborted: true } })).rejects.toThrow(
      CancelledError,
    );
  });

  it('refuses a senseless limit', async () => {
    await expect(readSamples(sorted, 'images-ubyte', SHAPE, { limit: 0 })).rejects.toThrow('positive integer');
  });
});
