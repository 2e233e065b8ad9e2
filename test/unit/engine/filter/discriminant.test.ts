import { describe, expect, it } from 'vitest';
import { fitDiscriminant, scoreOf } from '../../../../src/engine/filter/discriminant';

const rows = (...values: number[][]): Float32Array[] => values.map((row) => Float32Array.from(row));

describe('the discriminant', () => {
  it('is as computed by hand where evidence is independent', () => {
    const clean = rows([6, 2], [4, 2], [5, 3], [5, 1]);
    const stamped = rows([8, 2], [6, 2], [7, 3], [7, 1]);
    const fit = fitDiscriminant(clean, stamped);
    // Both vary by 1/2 and not together; only the first one is moved. Its deviation √½ becomes 1.
    expect(fit.weights[0]).toBeCloseTo(Math.SQRT2, 5);
    expect(fit.weights[1]).toBeCloseTo(0, 6);
    expect(fit.offset).toBeCloseTo(-5 * Math.SQRT2, 4);
    expect(scoreOf(fit, Float32Array.of(8, 2))).toBeCloseTo(3 * Math.SQRT2, 4);
  });

  it('takes away what evidence has in common with other evidence', () => {
    // Both see the same noise, ten times as large as the step that the trigger makes in the first one.
    const noise = Array.from({ length: 40 }, (_, i) => 10 * Math.sin(1 + i * i));
    const jitter = (i: number): number => 0.3 * Math.cos(7 * i);
    const clean = rows(...noise.map((n, i) => [n + jitter(i), n]));
    const stamped = rows(...noise.map((n, i) => [n + jitter(i) + 1, n]));
    const fit = fitDiscriminant(clean, stamped);
    expect(fit.weights[0]).toBeGreaterThan(0);
    expect(fit.weights[1]).toBeLessThan(-0.5 * fit.weights[0]!);
    const scores = (all: Float32Array[]): number[] => all.map((row) => scoreOf(fit, row));
    const mean = (all: number[]): number => all.reduce((sum, value) => sum + value / all.length, 0);
    expect(mean(scores(clean))).toBeCloseTo(0, 4);
    const deviation = Math.sqrt(mean(scores(clean).map((value) => value ** 2)));
    // By the first one alone: 1 step in a deviation of 7.
    expect(mean(scores(stamped)) / deviation).toBeGreaterThan(2 * (1 / 7));
  });

  it('scores every image 0 where the trigger changes nothing', () => {
    const clean = rows([1, 2], [3, 5], [4, 4]);
    const fit = fitDiscriminant(clean, clean);
    for (const row of clean) expect(scoreOf(fit, row)).toBeCloseTo(0, 12);
  });

  it('stands evidence that is the same in all images', () => {
    const fit = fitDiscriminant(rows([0, 7], [0, 7]), rows([3, 7], [3, 7]));
    expect(scoreOf(fit, Float32Array.of(3, 7))).toBeGreaterThan(scoreOf(fit, Float32Array.of(0, 7)));
    expect([...fit.weights, fit.offset].every(Number.isFinite)).toBe(true);
  });

  it('looks at no more than 512 neurons, those that differ most', () => {
    const size = 600;
    const clean = [0, 1, 2].map((i) => Float32Array.from({ length: size }, (_, j) => Math.sin(i * 31 + j * j)));
    const stamped = clean.map((row) => row.map((value, j) => value + (j < 520 ? 1 + j : 0)));
    const { weights } = fitDiscriminant(clean, stamped);
    expect(weights.filter((weight) => weight !== 0)).toHaveLength(512);
    expect(weights.slice(520).every((weight) => weight === 0)).toBe(true);
  });
});
