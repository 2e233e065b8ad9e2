/** @file Reports with hundreds and thousands of labels, made up. */
import type { LabelResult } from '../../src/engine/report/scanReport';

/** A trigger of 32 × 32 pixels in colour. */
const SIDE = 32;
const floats = (count: number): string => Buffer.from(new Float32Array(count).fill(0.5).buffer).toString('base64');
const trigger = { channels: 3, height: SIDE, width: SIDE, mask: floats(SIDE ** 2), pattern: floats(3 * SIDE ** 2) };

export function manyLabels(count: number): LabelResult[] {
  return Array.from({ length: count }, (_, index) => ({
    label: index,
    name: `label ${index}`,
    state: 'found',
    l1: 40 + (index % 17),
    l1PerSeed: [40 + (index % 17)],
    anomalyIndex: 1 - (index % 17) / 8,
    pValue: 0.5,
    attackSuccess: 1,
    flagged: index === 0,
    trigger,
    curve: [{ update: 100, l1: 50, success: 1, lambda: 0.001 }],
  }));
}
