/** @file A round that makes the model hold against the strongest perturbations; triggers, where known, only choose among its results. */
import type { UnlearnPoint } from '../../report/repairReport';
import type { RoundJob, RoundResult } from '../roundJob';
import type { TrainingResult } from '../trainingCurve';
import { choosePoint } from '../unlearn/tune';
import { trainable } from '../unlearn/unlearnRound';
import { iBau } from './iBau';

/** Of Adam, tried one after the other: large ones forget more, small ones are what large models bear. */
const LEARNING_RATES: readonly number[] = [3e-3, 1e-3, 3e-4];

export async function iBauRound(job: RoundJob): Promise<RoundResult> {
  const { labels, leastAccuracy } = job;
  const isBlind = job.triggers.length === 0;
  const choose = (points: readonly UnlearnPoint[]): number =>
    isBlind ? chooseLastAccurate(points, leastAccuracy) : choosePoint(points, leastAccuracy);
  let imagePasses = 0;
  let result: TrainingResult | undefined;
  for (const learningRate of LEARNING_RATES) {
    result = await iBau({
      ...job,
      weights: trainable(job),
      learningRate,
      seed: job.settings.seed,
      choose,
      onPoints: (points, updates) => {
        job.onProgress('unlearning', points.at(-1)?.update ?? 0, updates, { labels, unlearn: points });
      },
    });
    imagePasses += result.imagePasses;
    if (result.chosen > result.points.length / 2) break;
  }
  const { points = [], chosen = 0, weights = new Map() } = result ?? {};
  return { round: { labels, unlearn: points, kept: chosen }, weights, imagePasses };
}

/** Without a trigger nothing tells how much was forgotten, so the longest training that the accuracy allows is best; 0 where none does. */
export function chooseLastAccurate(points: readonly UnlearnPoint[], leastAccuracy: number): number {
  return Math.max(
    0,
    points.findLastIndex(({ cleanAccuracy }) => cleanAccuracy >= leastAccuracy),
  );
}
