/** @file Detects a model that is right except that its classes are numbered differently from the samples. */
import { Random } from '../../support/random';

export interface ClassOrder {
  /** Share of images, 0–1, that are right after renumbering; cross-validated, so it stays at chance for guesses. */
  readonly agreement: number;
  /** The label that goes with each predicted class most often; −1 for classes that were never predicted. */
  readonly labels: Int32Array;
}

/** Renumbers by majority on one random half of the images and counts on the other, both ways. */
export function classOrder(predictions: Int32Array, labels: Int32Array, classes: number): ClassOrder {
  const shuffled = new Random(0).shuffle(Int32Array.from(labels.keys()));
  const first = shuffled.subarray(0, shuffled.length >> 1);
  const second = shuffled.subarray(shuffled.length >> 1);
  const hits = (train: Int32Array, test: Int32Array): number => {
    const renumbered = majorityLabels(predictions, labels, train, classes);
    return test.filter((i) => renumbered[predictions[i] ?? -1] === labels[i]).length;
  };
  return {
    agreement: (hits(first, second) + hits(second, first)) / labels.length,
    labels: majorityLabels(predictions, labels, shuffled, classes),
  };
}

function majorityLabels(predictions: Int32Array, labels: Int32Array, indices: Int32Array, classes: number): Int32Array {
  const counts = Array.from({ length: classes }, () => new Map<number, number>());
  for (const i of indices) {
    const label = labels[i] ?? -1;
    const row = counts[predictions[i] ?? -1];
    row?.set(label, (row.get(label) ?? 0) + 1);
  }
  return Int32Array.from(counts, (row) => {
    let best = -1;
    for (const [label, count] of row) if (count > (row.get(best) ?? 0)) best = label;
    return best;
  });
}
