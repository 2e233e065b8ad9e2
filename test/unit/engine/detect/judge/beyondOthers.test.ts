import { expect, it } from 'vitest';
import { beyondOthers } from '../../../../../src/engine/detect/judge/beyondOthers';

const losses = (...values: readonly number[]) => values.map((lostWhenMoved, label) => ({ label, lostWhenMoved }));

it('takes the lower quartile of the other labels away', () => {
  // Without the first: 0.2, 0.3, 0.4, 0.5, 0.6, whose quartile is 0.3; without the second: 0.3, 0.4, 0.5, 0.6, 0.9.
  const beyond = beyondOthers(losses(0.9, 0.2, 0.3, 0.4, 0.5, 0.6));
  expect(beyond.get(0)).toBeCloseTo(0.6);
  expect(beyond.get(1)).toBe(0);
  expect(beyond.get(5)).toBeCloseTo(0.3);
});

it('lies between two where the quartile does', () => {
  expect(beyondOthers(losses(0.9, 0.2, 0.4)).get(0)).toBeCloseTo(0.65);
});

it('leaves a label alone that has none beside it, and one of which nothing is known', () => {
  expect(beyondOthers(losses(0.9)).get(0)).toBe(0);
  const beyond = beyondOthers(losses(0.9, NaN, 0.4));
  expect(beyond.get(0)).toBeCloseTo(0.5);
  expect(beyond.get(1)).toBeNaN();
});

it('sees nothing special in a network to which all places differ', () => {
  expect(Math.max(...beyondOthers(losses(0.92, 0.95, 0.94, 0.91)).values())).toBeLessThan(0.05);
});

it('counts a loss of more than all as all', () => {
  expect(beyondOthers(losses(1.8, 0.6)).get(0)).toBeCloseTo(0.4);
});
