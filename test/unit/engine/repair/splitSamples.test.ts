import { describe, expect, it } from 'vitest';
import { splitSamples } from '../../../../src/engine/repair/splitSamples';

/** One pixel per image: its index. */
const labels = Int32Array.from({ length: 40 }, (_, i) => (i < 20 ? 0 : i < 36 ? 1 : 2));
const samples = { images: Uint8Array.from({ length: 40 }, (_, i) => i), labels, count: 40 };

describe('splitSamples', () => {
  const { repair, heldOut } = splitSamples(samples, 0.5, 1);

  it('puts every image into one part, with its label', () => {
    expect([...repair.images, ...heldOut.images].sort((a, b) => a - b)).toEqual(Array.from(samples.images));
    repair.images.forEach((index, row) => {
      expect(repair.labels[row]).toBe(labels[index]);
    });
  });

  it('halves every class', () => {
    const counts = (part: Int32Array): number[] =>
      [0, 1, 2].map((label) => part.filter((other) => other === label).length);
    expect(counts(repair.labels)).toEqual([10, 8, 2]);
    expect(counts(heldOut.labels)).toEqual([10, 8, 2]);
  });

  it('gives the same parts for the same seed and others for another', () => {
    expect(splitSamples(samples, 0.5, 1).repair.images).toEqual(repair.images);
    expect(splitSamples(samples, 0.5, 2).repair.images).not.toEqual(repair.images);
  });
});
