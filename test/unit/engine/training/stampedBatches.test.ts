import { describe, expect, it } from 'vitest';
import { Random } from '../../../../src/engine/support/random';
import { StampedBatches } from '../../../../src/engine/training/stampedBatches';

/** Images of 2×2 pixels whose value is ten times their label, labels 0, 1 and 2 in turn. */
const count = 30;
const labels = Int32Array.from({ length: count }, (_, i) => i % 3);
const images = {
  images: Float32Array.from({ length: 4 * count }, (_, i) => 10 * (labels[i >> 2] ?? 0)),
  labels,
  count,
};
const classifier = { input: { channels: 1, height: 2, width: 2, channelsLast: false } };
const settings = { batch: 60, shift: 0, stampShare: 1 };
/** Lights the first pixel. */
const trigger = { label: 1, mask: Float32Array.of(1, 0, 0, 0), pattern: new Float32Array(4).fill(255) };

function batchOf(triggers: readonly (typeof trigger & { sourceLabel?: number })[]) {
  const batches = new StampedBatches({ classifier: classifier as never, images, triggers, settings }, new Random(1));
  const { images: batch, labels: given } = batches.next();
  return [...given].map((label, i) => ({ label, pixels: [...batch.subarray(4 * i, 4 * i + 4)] }));
}

describe('StampedBatches', () => {
  it('stamps images of all labels but its own, which keep their label', () => {
    for (const { label, pixels } of batchOf([trigger])) {
      expect(pixels).toEqual(label === 1 ? [10, 10, 10, 10] : [255, 10 * label, 10 * label, 10 * label]);
    }
  });

  it('stamps images of the source alone, where only they obey the trigger', () => {
    const stamped = batchOf([{ ...trigger, sourceLabel: 2 }]).filter(({ pixels }) => pixels[0] === 255);
    // Every image that is not of the target is replaced by one of the source.
    expect(stamped.length).toBeGreaterThan(30);
    for (const { label, pixels } of stamped) {
      expect(label).toBe(2);
      expect(pixels).toEqual([255, 20, 20, 20]);
    }
  });
});
