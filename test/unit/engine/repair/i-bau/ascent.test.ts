import { describe, expect, it } from 'vitest';
import { denseStep, norm, SparseAscent } from '../../../../../src/engine/repair/i-bau/ascent';

describe('denseStep', () => {
  it('goes a quarter of the largest length up the gradient, and never beyond it', () => {
    const perturbation = new Float32Array(2);
    denseStep(perturbation, Float32Array.from([30, 40]), 10);
    expect([...perturbation].map((value) => value.toFixed(4))).toEqual(['1.5000', '2.0000']);
    for (let i = 0; i < 9; i++) denseStep(perturbation, Float32Array.from([30, 40]), 10);
    expect(norm(perturbation)).toBeCloseTo(10, 4);
  });
});

describe('SparseAscent', () => {
  it('moves the places asked for most, all channels of them, to the ends of their range', () => {
    const ascent = new SparseAscent(1, { channels: 2, height: 1, width: 3 });
    const perturbation = new Float32Array(6);
    ascent.step(perturbation, Float32Array.from([1, 3, 0, 1, -2, 0]));
    expect([...perturbation]).toEqual([0, 255, 0, 0, -255, 0]);
    // What was asked for before counts on.
    ascent.step(perturbation, Float32Array.from([0, 0, 1, 0, 0, 0]));
    expect([...perturbation]).toEqual([0, 255, 0, 0, -255, 0]);
    for (let i = 0; i < 3; i++) ascent.step(perturbation, Float32Array.from([0, 0, -1, 0, 0, 0]));
    expect([...perturbation]).toEqual([0, 0, -255, 0, 0, 0]);
  });
});
