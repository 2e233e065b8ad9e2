/** @file How much more of its effect a trigger loses when it is moved than those of the other labels, as networks differ in what a place means to them. */
import type { LabelResult } from '../../report/scanReport';
import { quantile } from '../../support/quantile';

/** Of the others' losses this quantile is what is usual: a low one, because several others may be infected too. */
const USUAL = 0.25;

/**
 * By label, its loss less the usual one of the other labels, at least 0; 0 where there are no others to compare with, NaN where nothing is known of the label. In a convolutional
 * network triggers of clean classes lose 0.2 to 0.6 of their effect, in a vision transformer 0.8 and more, and so does a backdoor's there. A loss counts as at most 1: beyond that a
 * moved trigger only shows that the model is disturbed.
 */
export function beyondOthers(
  results: readonly Pick<LabelResult, 'label' | 'lostWhenMoved'>[],
): ReadonlyMap<number, number> {
  const losses = results.map(({ label, lostWhenMoved = NaN }) => ({ label, loss: Math.min(1, lostWhenMoved) }));
  const known = losses.filter(({ loss }) => !Number.isNaN(loss)).sort((a, b) => a.loss - b.loss);
  const beyond = new Map(losses.map(({ label }) => [label, NaN]));
  for (const { label, loss } of known) {
    const others = known.filter((other) => other.label !== label).map((other) => other.loss);
    beyond.set(label, others.length === 0 ? 0 : Math.max(0, loss - quantile(others, USUAL)));
  }
  return beyond;
}
