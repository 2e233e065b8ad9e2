/** @file The order in which samples are drawn: random, but class by class in turn. */
import type { Random } from '../support/random';

/**
 * A permutation of 0…count − 1 whose every beginning is balanced over the classes: each round takes one sample of every
 * class that has any left, in random order. Without labels it is a plain shuffle.
 */
export function balancedOrder(count: number, labels: Int32Array | undefined, random: Random): Int32Array {
  const shuffled = random.shuffle(Int32Array.from({ length: count }, (_, i) => i));
  if (labels === undefined) return shuffled;
  const byClass = new Map<number, number[]>();
  for (const index of shuffled) {
    const label = labels[index] ?? 0;
    const members = byClass.get(label);
    if (members === undefined) byClass.set(label, [index]);
    else members.push(index);
  }
  const order = new Int32Array(count);
  let classes = [...byClass.values()];
  for (let filled = 0, round = 0; filled < count; round++) {
    classes = random.shuffle(classes.filter((members) => members.length > round));
    for (const members of classes) order[filled++] = members[round] ?? 0;
  }
  return order;
}
