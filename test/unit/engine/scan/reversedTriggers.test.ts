import { describe, expect, it } from 'vitest';
import type { LabelResult } from '../../../../src/engine/report/scanReport';
import { reversedTriggers, suspectsOf } from '../../../../src/engine/scan/reversedTriggers';
import { encodeFloats } from '../../../../src/engine/support/base64';

const shape = { channels: 1, height: 1, width: 2 };

function result(label: number, l1: number, more: Partial<LabelResult> = {}): LabelResult {
  const mask = encodeFloats(Float32Array.from([0.5, 2]));
  const pattern = encodeFloats(Float32Array.from([300, 7]));
  const trigger = { ...shape, mask, pattern };
  return { label, status: 'done', l1, trigger, flagged: false, ...more } as unknown as LabelResult;
}

describe('reversedTriggers', () => {
  it('takes those of the flagged labels, and brings numbers back into their range', () => {
    const [first, ...others] = reversedTriggers(
      { labels: [result(0, 9), result(3, 2)], flagged: [3] },
      'flagged',
      shape,
    );
    expect(others).toEqual([]);
    expect(first).toMatchObject({ label: 3, source: 'reversed' });
    expect([...first!.mask, ...first!.pattern]).toEqual([0.5, 1, 255, 7]);
  });

  it('says what to do where nothing is flagged', () => {
    expect(() => reversedTriggers({ labels: [result(0, 9)], flagged: [] }, 'flagged', shape)).toThrow(
      'choose a method that needs no trigger',
    );
  });
});

describe('suspectsOf', () => {
  const labels = [
    result(0, 9),
    result(1, 4),
    result(2, 1, { stopped: true }),
    { label: 4, status: 'not-reached' } as unknown as LabelResult,
  ];

  it('are the labels inverted to the end, the smallest first, where none is flagged', () => {
    expect(suspectsOf({ labels, flagged: [] }, shape).map(({ label }) => label)).toEqual([1, 0]);
    expect(suspectsOf({ labels: labels.slice(2), flagged: [] }, shape)).toEqual([]);
    expect(suspectsOf({ labels, flagged: [1] }, shape)).toEqual([]);
  });

  it('are 16 at most', () => {
    const many = Array.from({ length: 40 }, (_, i) => result(i, 40 - i));
    const suspects = suspectsOf({ labels: many, flagged: [] }, shape).map(({ label }) => label);
    expect(suspects).toHaveLength(16);
    expect(suspects[0]).toBe(39);
  });
});
