import { expect, it } from 'vitest';
import { float32, floats } from '../../../../../src/engine/graph/tensor';
import { blend, largestShare } from '../../../../../src/engine/repair/i-bau/blend';

it('goes a share of the way from the weights before to those after', () => {
  const before = new Map([
    ['w', float32([2], Float32Array.from([1, 2]))],
    ['other', float32([1], Float32Array.from([7]))],
  ]);
  const blended = blend(before, new Map([['w', float32([2], Float32Array.from([2, 0]))]]), 0.25);
  expect([...blended.keys()]).toEqual(['w']);
  expect([...floats(blended.get('w')!)]).toEqual([1.25, 1.5]);
});

it('finds the largest share that is accepted, and says where none is', async () => {
  expect(await largestShare((share) => Promise.resolve(share < 0.75))).toBe(0.7);
  expect(await largestShare(() => Promise.resolve(true))).toBe(1);
  expect(await largestShare(() => Promise.resolve(false))).toBe(0);
});
