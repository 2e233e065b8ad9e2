import { expect, it } from 'vitest';
import { quantile } from '../../../../src/engine/support/quantile';

it('lies between the two nearest values as far as the share says', () => {
  expect(quantile([1, 2, 4], 0.25)).toBe(1.5);
  expect(quantile([1, 2, 4, 8], 0.5)).toBe(3);
  expect(quantile([1, 2, 4], 1)).toBe(4);
  expect(quantile([7], 0.25)).toBe(7);
  expect(quantile([], 0.25)).toBeNaN();
});
