import { expect, it } from 'vitest';
import { thickened } from '../../../../src/engine/repair/thicken';

it('grows a trigger by one and by two pixels, each place with the colours of the strongest within reach', () => {
  const shape = { channels: 2, height: 1, width: 6 };
  const mask = Float32Array.from([0, 0, 1, 0.5, 0, 0.01]);
  const pattern = Float32Array.from([9, 9, 200, 100, 9, 9, 1, 1, 20, 10, 1, 1]);
  const [one, two] = thickened([{ label: 3, source: 'reversed', mask, pattern }], shape);
  expect(one).toMatchObject({ label: 3, source: 'reversed' });
  expect([...one!.mask]).toEqual([0, 1, 1, 1, 0.5, Math.fround(0.01)]);
  expect([...one!.pattern]).toEqual([9, 200, 200, 200, 100, 9, 1, 20, 20, 20, 10, 1]);
  expect([...two!.mask]).toEqual([1, 1, 1, 1, 1, 0.5]);
  // The trigger itself stays as it is.
  expect([...mask]).toEqual([0, 0, 1, 0.5, 0, Math.fround(0.01)]);
});
