/** @file Whether an accuracy proves that model, samples and preprocessing belong together. */

/** Probability that guessing passes, over all preprocessings tried. */
const LEVEL = 0.001;

export interface AccuracyGate {
  /** 0–1. */
  readonly accuracy: number;
  /** Accuracy of the best guess that ignores the image: 1/K, or the share of the most frequent label. */
  readonly chance: number;
  /** Smallest accuracy that passes. */
  readonly required: number;
  readonly passed: boolean;
}

/**
 * Judges `correct` of `labels.length` predictions for `classes` classes, the best of `trials` tries. Passing needs both
 * - significance: P(X ≥ correct) ≤ 0.001 / trials for X ~ Binomial(n, chance), chance = max(1/K, majority share);
 * - effect: accuracy ≥ min(2 · chance, (1 + chance) / 2), twice chance, or half-way to 1 where that is less.
 */
export function accuracyGate(correct: number, labels: Int32Array, classes: number, trials: number): AccuracyGate {
  const count = labels.length;
  const chance = Math.max(1 / classes, majorityShare(labels));
  const significant = binomialBound(count, chance, LEVEL / trials) / count;
  const required = Math.max(significant, Math.min(2 * chance, (1 + chance) / 2));
  const accuracy = correct / count;
  return { accuracy, chance, required, passed: accuracy >= required };
}

function majorityShare(labels: Int32Array): number {
  const counts = new Map<number, number>();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  return Math.max(0, ...counts.values()) / labels.length;
}

/** Smallest m with P(X ≥ m) ≤ level for X ~ Binomial(count, p); count + 1 when there is none. */
export function binomialBound(count: number, p: number, level: number): number {
  if (p >= 1) return count + 1;
  // From the top down, in logarithms: the terms underflow otherwise.
  let logTerm = count * Math.log(p);
  let tail = 0;
  for (let m = count; m >= 0; m--) {
    tail += Math.exp(logTerm);
    if (tail > level) return m + 1;
    logTerm += Math.log(m / (count - m + 1)) + Math.log((1 - p) / p);
  }
  return 0;
}
