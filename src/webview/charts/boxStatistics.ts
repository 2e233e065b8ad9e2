/** @file The five figures of a box plot. */
import { quantile } from '../../engine/support/quantile';

export interface BoxStatistics {
  readonly min: number;
  readonly lowerQuartile: number;
  readonly median: number;
  readonly upperQuartile: number;
  readonly max: number;
}

/** `undefined` without values. */
export function boxStatistics(values: readonly number[]): BoxStatistics | undefined {
  if (values.length === 0) return undefined;
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): number => quantile(sorted, share);
  return {
    min: at(0),
    lowerQuartile: at(0.25),
    median: at(0.5),
    upperQuartile: at(0.75),
    max: at(1),
  };
}
