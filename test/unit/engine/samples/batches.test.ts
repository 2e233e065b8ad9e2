import { describe, expect, it } from 'vitest';
import { Random } from '../../../../src/engine/support/random';
import { gatherInto, IndexStream, sampleIndices } from '../../../../src/engine/samples/batches';

describe('sampleIndices', () => {
  it('leaves a class out', () => {
    const labels = Int32Array.of(2, 0, 2, 1);
    expect([...sampleIndices({ count: 4, labels })]).toEqual([0, 1, 2, 3]);
    expect([...sampleIndices({ count: 4, labels }, 2)]).toEqual([1, 3]);
    expect([...sampleIndices({ count: 2 }, 2)]).toEqual([0, 1]);
  });
});

describe('IndexStream', () => {
  it('gives every index once per pass, in fresh order', () => {
    const indices = Int32Array.of(3, 5, 8, 13, 21, 34, 55, 89);
    const stream = new IndexStream(indices, new Random(1));
    const passes = [1, 2, 3].map(() => [...stream.take(8)]);
    for (const pass of passes) expect(pass.toSorted((a, b) => a - b)).toEqual([...indices]);
    expect(passes[0]).not.toEqual(passes[1]);
    expect([...indices]).toEqual([3, 5, 8, 13, 21, 34, 55, 89]);
  });

  it('runs over the end of a pass', () => {
    const stream = new IndexStream(Int32Array.of(0, 1, 2), new Random(2));
    const seen = [...stream.take(2), ...stream.take(5), ...stream.take(2)];
    for (let pass = 0; pass < 3; pass++) expect(seen.slice(3 * pass, 3 * pass + 3).sort()).toEqual([0, 1, 2]);
  });

  it('repeats itself for the same seed', () => {
    const take = () => [
      ...new IndexStream(
        Int32Array.from({ length: 50 }, (_, i) => i),
        new Random(7),
      ).take(70),
    ];
    expect(take()).toEqual(take());
  });

  it('refuses to be empty', () => {
    expect(() => new IndexStream(new Int32Array(0), new Random(1))).toThrow(RangeError);
  });
});

describe('gatherInto', () => {
  it('copies images one after the other', () => {
    const batch = new Float32Array(8).fill(-1);
    gatherInto({ images: Uint8Array.of(0, 1, 10, 11, 20, 21), count: 3 }, [2, 0], batch, 2);
    expect([...batch]).toEqual([-1, -1, 20, 21, 0, 1, -1, -1]);
  });
});
