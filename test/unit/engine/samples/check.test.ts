import { describe, expect, it } from 'vitest';
import { checkAgainstModel } from '../../../../src/engine/samples/check';
import type { Samples } from '../../../../src/engine/samples/samples';

const MODEL = { channels: 1, height: 2, width: 2, classes: 4 };

function samples(labels: readonly number[] | undefined, change: Partial<Samples> = {}): Samples {
  const count = labels?.length ?? 40;
  return {
    channels: 1,
    height: 2,
    width: 2,
    path: 'data',
    source: 'test',
    images: new Uint8Array(count * 4),
    count,
    ...(labels !== undefined && { labels: Int32Array.from(labels) }),
    names: Array.from({ length: count }, (_, i) => `${i}.png`),
    available: count,
    skipped: [],
    splits: [],
    notes: [],
    ...change,
  };
}

const cycle = (count: number, classes: number, first = 0) =>
  Array.from({ length: count }, (_, i) => first + (i % classes));

describe('checkAgainstModel', () => {
  it('accepts good samples silently', () => {
    expect(checkAgainstModel(samples(cycle(40, 4)), MODEL)).toEqual([]);
  });

  it('accepts unlabelled samples with a note', () => {
    expect(checkAgainstModel(samples(undefined), MODEL)).toEqual([expect.stringMatching(/no labels/)]);
  });

  it('notes missing classes and another number of class names', () => {
    expect(checkAgainstModel(samples(cycle(40, 3), { classNames: ['a', 'b', 'c'] }), MODEL)).toEqual([
      'The samples have 3 named classes, the model has 4; the class numbers may not agree.',
      '1 of the 4 classes have no samples.',
    ]);
  });

  it('refuses another shape', () => {
    expect(() => checkAgainstModel(samples(cycle(40, 4)), { ...MODEL, channels: 3 })).toThrow(
      '(expected 3×2×2, got 1×2×2)',
    );
  });

  it('refuses too few images', () => {
    const skipped = [{ name: 'x', reason: 'damaged' }];
    expect(() => checkAgainstModel(samples(cycle(31, 4), { skipped }), MODEL)).toThrow(
      '(expected at least 32, got 31 (1 could not be read))',
    );
  });

  it('refuses labels the model does not have', () => {
    expect(() => checkAgainstModel(samples([...cycle(40, 4), 9]), MODEL)).toThrow(
      'data: 40.png: a label is out of range for the model (expected 0…3, got 9). The samples may belong to another model.',
    );
    expect(() => checkAgainstModel(samples(cycle(40, 4, 1)), MODEL)).toThrow('count from 1');
  });

  it('refuses a single class', () => {
    expect(() => checkAgainstModel(samples(cycle(40, 1, 2)), MODEL)).toThrow('got class 2 only');
  });
});
