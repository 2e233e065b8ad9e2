/** @file The five figures of a box plot. */

export interface BoxStatistics {
  readonly min: number;
  readonly lowerQuartile: number;
  readonly median: number;
  readonly upperQuartile: number;
  readonly max: number;
}

/** Quartiles interpolated linearly between order statistics, as numpy does; `undefined` without values. */
export function boxStatistics(values: readonly number[]): BoxStatistics | undefined {
  if (values.length === 0) return undefined;
  const sorted = values.toSorted((a, b) => a - b);
  const quantile = (share: number): number => {
    const position = share * (sorted.length - 1);
    const below = sorted[Math.floor(position)] ?? 0;
    return below + (position % 1) * ((sorted[Math.ceil(position)] ?? 0) - below);
  };
  return {
    min: quantile(0),
    lowerQuartile: quantile(0.25),
    median: quantile(0.5),
    upperQuartile: quantile(0.75),
    max: quantile(1),
  };
}
