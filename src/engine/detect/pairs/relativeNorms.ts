/** @file What is left of the pairs' norms once that of their sources and targets is taken out. */
import { mean } from '../../support/mean';
import type { Pair } from './pair';

export interface PairNorm extends Pair {
  /** Of a short inversion, in pixels. */
  readonly norm: number;
  /** The same in each of some {@link trainTwin twins}. */
  readonly twins: readonly number[];
}

const SWEEPS = 40;
/** A residual that small counts like any smaller one, so that weights stay finite. */
const SMALL = 0.05;
/** With fewer pairs of a source or of a target there is nothing usual about it. */
const LEAST = 4;

/**
 * Of each pair, its norm by what one expects of it: some labels are easy to leave, as the ones of MNIST, some easy to reach, as its eights, and some are alike, as the twins show.
 * A backdoor is none of that. What a source and a target bring is fitted to the logarithms by least absolute deviations, which one backdoor does not bend; of the twins' remainders as
 * much is taken out as goes with the model's.
 */
export function relativeNorms(pairs: readonly PairNorm[]): number[] {
  const own = remainders(
    pairs.map(({ norm }) => Math.log(norm)),
    pairs,
  );
  const twins = remainders(
    pairs.map(({ twins }) => mean(twins.map(Math.log))),
    pairs,
  );
  const slope = Math.max(0, dot(own, twins) / dot(twins, twins) || 0);
  return own.map((value, i) => Math.exp(value - slope * (twins[i] ?? 0)));
}

/** What is left once sources and targets have got their share, by iteratively reweighted least squares. */
function remainders(values: readonly number[], pairs: readonly Pair[]): number[] {
  const rest = [...values];
  const sides = [pairs.map(({ target }) => target), pairs.map(({ source }) => source)].map(groupsOf);
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    for (const group of sides.flat()) {
      const weights = group.map((i) => 1 / Math.max(SMALL, Math.abs(rest[i] ?? NaN)));
      const sum = weights.reduce((total, weight) => total + weight, 0);
      const centre = group.reduce((total, i, place) => total + (weights[place] ?? NaN) * (rest[i] ?? NaN), 0) / sum;
      for (const i of group) rest[i] = (rest[i] ?? NaN) - centre;
    }
  }
  return rest;
}

/** Places of equal labels, of those that are there often enough. */
function groupsOf(labels: readonly number[]): number[][] {
  return [...new Set(labels)]
    .map((label) => [...labels.keys()].filter((i) => labels[i] === label))
    .filter(({ length }) => length >= LEAST);
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);
}
