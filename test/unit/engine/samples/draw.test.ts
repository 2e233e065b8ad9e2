import { describe, expect, it } from 'vitest';
import { Random } from '../../../../src/engine/support/random';
import { balancedOrder } from '../../../../src/engine/samples/draw';

describe('balancedOrder', () => {
  it('is balanced from the first sample on', () => {
    // 5 of class 0, 3 of class 1, 1 of class 7, sorted by class as in many files.
    const labels = Int32Array.of(0, 0, 0, 0, 0, 1, 1, 1, 7);
    const order = balancedOrder(labels.length, labels, new Random(1));
    expect([...order].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    const drawn = Array.from(order, (index) => labels[index]);
    expect(drawn.slice(0, 3).sort()).toEqual([0, 1, 7]);
    expect(drawn.slice(3, 5).sort()).toEqual([0, 1]);
    expect(drawn.slice(5, 7).sort()).toEqual([0, 1]);
    expect(drawn.slice(7)).toEqual([0, 0]);
  });

  it('depends on the seed only', () => {
    const labels = Int32Array.from({ length: 50 }, (_, i) => i % 4);
    expect(balancedOrder(50, labels, new Random(1))).toEqual(balancedOrder(50, labels, new Random(1)));
    expect(balancedOrder(50, labels, new Random(1))).not.toEqual(balancedOrder(50, labels, new Random(2)));
  });

  it('shuffles unlabelled samples', () => {
    const order = balancedOrder(100, undefined, new Random(3));
    expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => i));
    expect([...order]).not.toEqual(Array.from({ length: 100 }, (_, i) => i));
  });
});
