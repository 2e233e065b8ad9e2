/** @file How surprising the smallest triggers are for a model with this many labels: a family-wise p-value. */
import { Random } from '../../support/random';

/**
 * Spread of log L1 below which differences are not taken for evidence: clean labels of one model differ by at
 * least this much (standard deviation; measured, see docs/detection.md).
 */
export const MIN_LOG_SPREAD = 0.15;

/** Null samples; the smallest p-value is 1 over this. */
const NULL_SAMPLES = 10_000;

/** Fewer labels leave too few to estimate the spread from. */
export const MIN_LABELS = 4;

/**
 * One p-value per label of `l1` (> 0). The statistic of the r-th smallest label is its distance below the
 * mean of all larger ones, in their standard deviations, on a log scale; the spread is thus estimated without the suspects, and several
 * infected labels do not hide each other (the one-sided generalised ESD test, Rosner 1983, with
 * Monte-Carlo critical values because K is small). The p-value is how often the largest statistic of a clean model
 * (normal log L1) with `familySize` labels is as large. NaN for fewer than {@link MIN_LABELS} labels.
 */
export function familyWisePValues(l1: readonly number[], familySize = l1.length): number[] {
  if (l1.length < MIN_LABELS) return l1.map(() => NaN);
  const order = l1.map((_, i) => i).sort((a, b) => (l1[a] ?? 0) - (l1[b] ?? 0));
  const sorted = order.map((i) => Math.log(l1[i] ?? NaN));
  const statistics = outlierStatistics(sorted, MIN_LOG_SPREAD);
  const nullMaxima = nullDistribution(l1.length, familySize);
  const pValues = new Array<number>(l1.length).fill(1);
  order.forEach((label, rank) => {
    const statistic = statistics[rank];
    if (statistic !== undefined) pValues[label] = upperTail(nullMaxima, statistic);
  });
  return pValues;
}

/** At most this many of K labels can be called outliers; the rest must be enough to be the norm. */
export function maxOutliers(count: number): number {
  return Math.max(1, Math.floor(count / 3));
}

/**
 * For ascending `values`, the statistic of each of the first {@link maxOutliers}: the largest, over this and all later
 * ranks, of (mean of the rest − value) / (spread of the rest · √(1 + 1/rest)). Falls with the rank.
 */
export function outlierStatistics(values: readonly number[], minSpread: number): number[] {
  const ranks = maxOutliers(values.length);
  const statistics = new Array<number>(ranks).fill(-Infinity);
  let [count, mean, squares] = [0, 0, 0];
  // Welford from the largest down, so that at rank r it covers exactly the labels above r.
  for (let rank = values.length - 1; rank >= 0; rank--) {
    const value = values[rank] ?? NaN;
    if (rank < ranks) {
      const spread = Math.max(minSpread, Math.sqrt(squares / Math.max(1, count - 1)));
      const here = (mean - value) / (spread * Math.sqrt(1 + 1 / count));
      statistics[rank] = Math.max(here, statistics[rank + 1] ?? -Infinity);
    }
    count++;
    const delta = value - mean;
    mean += delta / count;
    squares += delta * (value - mean);
  }
  return statistics;
}

const nullDistributions = new Map<string, Float64Array>();

/** Ascending largest statistics of clean models; `familySize` > `count` when only a part of the labels was fully scanned. */
function nullDistribution(count: number, familySize: number): Float64Array {
  const key = `${count}/${familySize}`;
  const known = nullDistributions.get(key) ?? simulateNull(count, familySize);
  nullDistributions.set(key, known);
  return known;
}

function simulateNull(count: number, familySize: number): Float64Array {
  const random = new Random(count);
  const tests = Math.max(1, familySize / count);
  return Float64Array.from({ length: NULL_SAMPLES }, () => {
    let largest = -Infinity;
    for (let test = 0; test < tests; test++) {
      const values = Float64Array.from({ length: count }, () => random.normal()).sort();
      largest = Math.max(largest, outlierStatistics(Array.from(values), 0)[0] ?? -Infinity);
    }
    return largest;
  }).sort();
}

function upperTail(ascending: Float64Array, statistic: number): number {
  let [low, high] = [0, ascending.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ascending[middle] ?? Infinity) < statistic) low = middle + 1;
    else high = middle;
  }
  return (ascending.length - low + 1) / (ascending.length + 1);
}
