/** @file Quantiles interpolated linearly between order statistics, as numpy does. */

/** `share` 0–1 of `ascending` values; NaN without values. */
export function quantile(ascending: readonly number[], share: number): number {
  const position = share * (ascending.length - 1);
  const below = ascending[Math.floor(position)] ?? NaN;
  return below + (position % 1) * ((ascending[Math.ceil(position)] ?? NaN) - below);
}
