/** @file Progress of a training as one line. */
import type { TrainingProgress } from '../engine/attack/poisonedTraining';
import { formatFixed, formatNumber, formatPercent } from '../engine/support/numberText';

export function trainingLine({ update, updates, loss, accuracy }: TrainingProgress): string {
  const figures = `loss ${formatFixed(loss, 4)}, accuracy ${formatPercent(accuracy)}`;
  return `Training: ${formatNumber(update)} of ${formatNumber(updates)} updates, ${figures}`;
}
