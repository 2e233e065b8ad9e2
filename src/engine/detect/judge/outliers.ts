/** @file The paper's outlier statistic (section IV-B): median absolute deviation of the L1 norms. */

/** Consistency constant that makes the MAD estimate the standard deviation of a normal distribution. */
export const MAD_TO_SIGMA = 1.4826;

/** Exact median (mean of the two middle values for an even count, as NumPy); NaN for an empty list. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? NaN) + upper) / 2;
}

/** 1.4826 · median |value − median|. */
export function scaledMad(values: readonly number[]): number {
  const centre = median(values);
  return MAD_TO_SIGMA * median(values.map((value) => Math.abs(value - centre)));
}

/**
 * Signed anomaly index (median − value) / MAD of every value: positive on the small side, which is the only suspicious
 * one. All zero where the MAD is zero, because then nothing can be said.
 */
export function anomalyIndices(values: readonly number[]): number[] {
  const centre = median(values);
  const spread = scaledMad(values);
  return values.map((value) => (spread > 0 ? (centre - value) / spread : 0));
}
