import { describe, expect, it } from 'vitest';
import { accuracyGate, binomialBound } from '../../../../../src/engine/samples/preprocessing/accuracyGate';

/** `count` labels that take the classes in turn. */
const balanced = (count: number, classes: number) => Int32Array.from({ length: count }, (_, i) => i % classes);

describe('binomialBound', () => {
  it('matches cases computed with exact fractions', () => {
    // P(10 heads of 10) = 1/1024 ≤ 0.001 < 11/1024 = P(9 or more).
    expect(binomialBound(10, 0.5, 0.001)).toBe(10);
    // Python: sum(comb(100, k) * .1**k * .9**(100 - k) for k in range(21, 101)) = 0.00081; from 20 on 0.00198.
    expect(binomialBound(100, 0.1, 0.001)).toBe(21);
    expect(binomialBound(256, 0.1, 0.001 / 8)).toBe(46);
    expect(binomialBound(256, 1 / 43, 0.001 / 12)).toBe(18);
  });

  it('knows when nothing is enough, and when anything is', () => {
    expect(binomialBound(5, 0.5, 0.001)).toBe(6);
    expect(binomialBound(5, 1, 0.001)).toBe(6);
    expect(binomialBound(5, 0.5, 1)).toBe(0);
  });

  it('does not underflow', () => {
    // Normal approximation: 1000 + 3.09·√500 = 1069.1.
    expect(binomialBound(2000, 0.5, 0.001)).toBe(1070);
  });
});

describe('accuracyGate', () => {
  it('asks for twice chance where samples are many', () => {
    // Chance 1/10; significance asks for 46/256 = 18 %, the effect for 20 %.
    const labels = balanced(2560, 10);
    expect(accuracyGate(511, labels, 10, 8)).toMatchObject({ chance: 0.1, required: 0.2, passed: false });
    expect(accuracyGate(512, labels, 10, 8).passed).toBe(true);
  });

  it('asks for significance where they are few', () => {
    const gate = accuracyGate(17, balanced(256, 43), 43, 12);
    expect(gate.chance).toBeCloseTo(1 / 43, 3);
    expect(gate.required).toBeCloseTo(18 / 256, 2);
    expect(gate.passed).toBe(false);
  });

  it('asks for half-way to certainty with two classes', () => {
    expect(accuracyGate(744, balanced(1000, 2), 2, 1)).toMatchObject({ chance: 0.5, required: 0.75, passed: false });
    expect(accuracyGate(750, balanced(1000, 2), 2, 1).passed).toBe(true);
  });

  it('takes the most frequent label for chance', () => {
    // 80 of 100 have label 0: 0.9 is half-way from 0.8 to 1.
    const labels = Int32Array.from({ length: 1000 }, (_, i) => (i % 10 < 8 ? 0 : 1));
    expect(accuracyGate(850, labels, 10, 1)).toMatchObject({ chance: 0.8, passed: false });
    expect(accuracyGate(850, labels, 10, 1).required).toBeCloseTo(0.9, 12);
  });
});
