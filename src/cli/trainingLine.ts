/** @file Progress of a training as one line. */
import type { BadNetsProgress } from '../engine/attack/badnets';
import { formatFixed, formatNumber, formatPercent } from '../engine/output/numbers';

export function trainingLine({ update, updates, loss, accuracy }: BadNetsProgress): string {
  const figures = `loss ${formatFixed(loss, 4)}, accuracy ${formatPercent(accuracy)}`;
  return `Training: ${formatNumber(update)} of ${formatNumber(updates)} updates, ${figures}`;
}
