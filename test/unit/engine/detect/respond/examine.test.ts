import { describe, expect, it } from 'vitest';
import { examine, type Suspect } from '../../../../../src/engine/detect/respond/examine';
import type { ResponseMeter } from '../../../../../src/engine/detect/respond/response';

/** Of images of 28×28 pixels. */
const mask = new Float32Array(784);

function suspects(norms: Readonly<Record<number, number>>): Suspect[] {
  return Object.entries(norms).map(([label, l1]) => ({
    ...{ label: Number(label), l1, beyondOthers: 0.2, mask, pattern: mask },
  }));
}

/** A model whose labels respond when one of their `causes` is unlearned; the first cause is their own trigger. */
function meterOf(
  causes: Readonly<Record<number, readonly number[]>>,
  strength = 6,
): ResponseMeter & { calls: number[][] } {
  const calls: number[][] = [];
  return {
    calls,
    measure: (triggers, labels) => {
      const unlearned = triggers.map(({ label }) => label);
      calls.push(unlearned);
      const responds = (label: number) => causes[label]?.some((cause) => unlearned.includes(cause)) === true;
      return Promise.resolve({
        ratios: new Map(labels.map((label) => [label, responds(label) ? strength : 1.2])),
        imagePasses: 10,
      });
    },
  };
}

describe('examine', () => {
  it('asks once where no label responds', async () => {
    const meter = meterOf({});
    const { responses, explainedBy, imagePasses } = await examine(meter, suspects({ 1: 60, 2: 70, 4: 80 }));
    expect(meter.calls).toEqual([[1, 2, 4]]);
    expect([...responses.values()]).toEqual([1.2, 1.2, 1.2]);
    expect(explainedBy.size).toBe(0);
    expect(imagePasses).toBe(10);
  });

  it('explains the lookalikes by the label whose trigger they go away with', async () => {
    const meter = meterOf({ 3: [3], 8: [8, 3], 9: [9, 3] });
    const { responses, explainedBy } = await examine(meter, suspects({ 3: 6, 8: 14, 9: 20, 1: 40 }));
    expect(responses.get(8)).toBe(6);
    expect([...explainedBy]).toEqual([
      [8, 3],
      [9, 3],
    ]);
    expect(meter.calls.map((labels) => labels.toSorted((a, b) => a - b))).toEqual([[1, 3, 8, 9], [3]]);
  });

  it('keeps labels that have triggers of their own', async () => {
    const meter = meterOf({ 1: [1], 2: [2], 5: [5], 7: [7, 2] });
    const { explainedBy } = await examine(meter, suspects({ 1: 10, 2: 11, 5: 12, 7: 30 }));
    expect([...explainedBy]).toEqual([[7, 2]]);
  });

  it('stops when cancelled', async () => {
    await expect(examine(meterOf({ 1: [1], 2: [2] }), suspects({ 1: 10, 2: 11 }), { aborted: true })).rejects.toThrow();
  });
});
