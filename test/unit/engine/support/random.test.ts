import { describe, expect, it } from 'vitest';
import { Random } from '../../../../src/engine/support/random';

/** Four outputs after the 15 discarded ones, by an independent Python implementation of PractRand's sfc32. */
const SFC32 = { seed: 42, stream: 7, bits: [3213778824, 3592986364, 676430817, 1628964241] };

describe('Random', () => {
  it('is sfc32', () => {
    const random = new Random(SFC32.seed, SFC32.stream);
    expect(SFC32.bits.map(() => random.bits())).toEqual(SFC32.bits);
  });

  it('repeats itself for the same seed and stream only', () => {
    const draw = (seed: number, stream?: number) => Array.from({ length: 5 }, () => new Random(seed, stream).bits());
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
    expect(draw(1)).not.toEqual(draw(1, 1));
  });

  it('is uniform', () => {
    const random = new Random(3);
    const counts = new Array<number>(10).fill(0);
    for (let i = 0; i < 100_000; i++) counts[random.integer(10)]!++;
    // Chi-square with 9 degrees of freedom exceeds 27.9 once in a thousand times.
    expect(counts.reduce((sum, count) => sum + (count - 10_000) ** 2 / 10_000, 0)).toBeLessThan(27.9);
    const values = Array.from({ length: 1000 }, () => random.uniform(-2, 3));
    expect(Math.min(...values)).toBeGreaterThanOrEqual(-2);
    expect(Math.max(...values)).toBeLessThan(3);
  });

  it('is Gaussian', () => {
    const random = new Random(4);
    const values = Array.from({ length: 50_000 }, () => random.normal(5, 2));
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    expect(mean).toBeCloseTo(5, 1);
    expect(Math.sqrt(variance)).toBeCloseTo(2, 1);
    // P(|z| < 1) = 0.6827.
    expect(values.filter((value) => Math.abs(value - 5) < 2).length / values.length).toBeCloseTo(0.683, 2);
  });

  it('shuffles every order equally often', () => {
    const random = new Random(5);
    const counts = new Map<string, number>();
    for (let i = 0; i < 6000; i++) {
      const order = random.shuffle([0, 1, 2]).join('');
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(6);
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(150);
  });
});
