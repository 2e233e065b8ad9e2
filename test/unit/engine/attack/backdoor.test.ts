import { expect, it } from 'vitest';
import { backdoorRecord, parseBackdoorRecord } from '../../../../src/engine/attack/backdoor';
import { makeBackdoors, type BackdoorOptions } from '../../../../src/engine/attack/makeBackdoors';
import { PLACES } from '../../../../src/engine/attack/triggers';
import { UsageError } from '../../../../src/engine/support/errors';

const shape = { channels: 3, height: 12, width: 10 };
const options: BackdoorOptions = {
  ...{ targets: [1], positions: ['top-left'], size: 3, pattern: 'white', seed: 4 },
};

it('makes a trigger per label and place, of other pixels for other labels', () => {
  const backdoors = makeBackdoors(shape, 5, { ...options, targets: [0, 4], positions: PLACES, pattern: 'noise' });
  expect(backdoors.map(({ target }) => target)).toEqual([...Array<number>(9).fill(0), ...Array<number>(9).fill(4)]);
  expect(new Set(backdoors.map(({ trigger }) => trigger.pattern.join())).size).toBe(18);
  expect(new Set(backdoors.map(({ trigger }) => trigger.mask.join())).size).toBe(9);
});

it('refuses labels that do not exist and triggers that cannot be told apart', () => {
  const make = (change: Partial<BackdoorOptions>) => () => makeBackdoors(shape, 5, { ...options, ...change });
  expect(make({ targets: [5] })).toThrow(/does not exist.*0…4.*5/);
  expect(make({ source: 7 })).toThrow(/does not exist/);
  expect(make({ source: 1 })).toThrow(UsageError);
  expect(make({ targets: [0, 1] })).toThrow(/noise/);
});

it('keeps the triggers of a test model beside it', () => {
  const [backdoor] = makeBackdoors(shape, 5, { ...options, pattern: '#10a0ff', source: 3 });
  const outcome = { cleanAccuracy: 0.98, backdoors: [{ ...backdoor!, attackSuccess: 0.99 }] };
  const text = backdoorRecord(outcome, shape);
  expect(parseBackdoorRecord(text)).toEqual(outcome);
  expect(JSON.parse(text)).toMatchObject({ warning: expect.stringContaining('on purpose') as string });
  expect(() => parseBackdoorRecord(text.replace('"mask": "', '"mask": "AAAA'))).toThrow(UsageError);
  expect(() => parseBackdoorRecord('{}')).toThrow(UsageError);
});
