/** @file Pairs of labels: a source-specific backdoor leads images of one label, the source, to another, the target, and no others (section VI-D of the paper). */
import type { PairResult, Trigger } from '../../report/scanReport';

/** Fewer images of a label say too little about it. */
const LEAST_IMAGES = 8;

/** With fewer classes there are too few other pairs of a source and of a target to say what is expected of one. */
export const LEAST_CLASSES = 5;

export interface Pair {
  readonly source: number;
  readonly target: number;
}

/** A pair with its trigger. */
export interface FoundPair {
  readonly result: PairResult;
  readonly trigger: Trigger;
}

/** Every pair of one of `targets` and a label of which there are {@link LEAST_IMAGES}, target by target. `labels`: of the images. */
export function pairsOf(targets: readonly number[], labels: Int32Array): Pair[] {
  const counts = new Map<number, number>();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  const sources = [...counts]
    .filter(([, count]) => count >= LEAST_IMAGES)
    .map(([label]) => label)
    .sort((a, b) => a - b);
  return targets.flatMap((target) =>
    sources.filter((source) => source !== target).map((source) => ({ source, target })),
  );
}
