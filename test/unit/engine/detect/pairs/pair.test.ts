import { describe, expect, it } from 'vitest';
import { imagesWhere } from '../../../../../src/engine/detect/pairs/imagesWhere';
import { pairsOf } from '../../../../../src/engine/detect/pairs/pair';

describe('pairsOf', () => {
  it('pairs each target with every other label of which there are images enough', () => {
    const labels = Int32Array.from([
      ...Array<number>(8).fill(2),
      ...Array<number>(9).fill(0),
      ...Array<number>(7).fill(1),
    ]);
    expect(pairsOf([0, 1], labels)).toEqual([
      { source: 2, target: 0 },
      { source: 0, target: 1 },
      { source: 2, target: 1 },
    ]);
  });
});

describe('imagesWhere', () => {
  it('copies the first images of the labels that are wanted', () => {
    const images = Uint8Array.from([1, 2, 3, 4, 5, 6, 7, 8]);
    const labelled = { images, labels: Int32Array.from([0, 1, 1, 1]), count: 4 };
    expect(imagesWhere(labelled, (label) => label === 1, 2)).toEqual({
      images: Float32Array.from([3, 4, 5, 6]),
      count: 2,
    });
  });
});
