/** @file Thresholds of a filter, and what they cost: the paper's Fig. 8. Scores above the threshold are rejected. */

export interface FilterPoint {
  readonly threshold: number;
  /** Share 0–1 of the clean images that are rejected. */
  readonly falsePositiveRate: number;
  /** Share 0–1 of the stamped images that are not. */
  readonly falseNegativeRate: number;
}

/** Of the clean images, 0–1: where Fig. 8 is read, and beyond. */
export const CURVE_RATES: readonly number[] = [0.001, 0.005, 0.01, 0.02, 0.05, 0.1];

/** The smallest threshold that rejects no more than the share `rate` of the clean scores, half-way to the next score. */
export function thresholdFor(clean: Float32Array, rate: number): number {
  const sorted = clean.toSorted().reverse();
  // Shares such as 0.05 are not exact in binary: 5 of 100 must not become 4.
  const rejected = Math.min(Math.floor(rate * sorted.length + 1e-9), sorted.length - 1);
  const kept = sorted[rejected] ?? 0;
  return Math.fround((kept + (sorted[rejected - 1] ?? kept)) / 2);
}

export function pointAt(threshold: number, clean: Float32Array, stamped: Float32Array): FilterPoint {
  const above = (scores: Float32Array): number => rejectedShare([scores], [threshold]);
  return { threshold, falsePositiveRate: above(clean), falseNegativeRate: 1 - above(stamped) };
}

/** Share 0–1 of the images with at least one score above its threshold; `scores` are per threshold `[images]`. */
export function rejectedShare(scores: readonly Float32Array[], thresholds: readonly number[]): number {
  const images = scores[0]?.length ?? 0;
  const rejected = Array.from({ length: images }, (_, image) =>
    thresholds.some((threshold, i) => (scores[i]?.[image] ?? -Infinity) > threshold),
  );
  return rejected.filter(Boolean).length / images;
}
