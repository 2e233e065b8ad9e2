/** @file A round that makes the model hold against the strongest perturbations; triggers, where known, only choose among its results. */
import { withWeights } from '../../classify/withWeights';
import type { Tensor } from '../../graph/tensor';
import type { UnlearnPoint } from '../../report/repairReport';
import type { RoundJob, RoundResult } from '../roundJob';
import type { TrainingResult } from '../trainingCurve';
import { choosePoint, firstGood } from '../unlearn/tune';
import { thickened } from '../thicken';
import { trainable } from '../unlearn/unlearnRound';
import { blend, largestShare } from './blend';
import { iBau } from './iBau';

/** Of Adam, tried one after the other: large ones forget more, small ones are what large models bear. */
const LEARNING_RATES: readonly number[] = [3e-3, 1e-3, 3e-4];

/** A smaller share of the change than this was trained at too large a rate. */
const LEAST_SHARE = 0.5;

export async function iBauRound(job: RoundJob): Promise<RoundResult> {
  return job.triggers.length === 0 ? blindRound(job) : roundWithTriggers(job);
}

/** The best point by accuracy and success, as in unlearning. */
async function roundWithTriggers(job: RoundJob): Promise<RoundResult> {
  const { labels, leastAccuracy } = job;
  const { points, chosen, weights, imagePasses } = await firstGood(job, LEARNING_RATES, (learningRate) =>
    train(job, learningRate, (all) => choosePoint(all, leastAccuracy)),
  );
  return { round: { labels, unlearn: points, kept: chosen }, weights, imagePasses };
}

/** Without a trigger nothing tells how much was forgotten, so as much of the whole training is kept as the accuracy allows. */
async function blindRound(job: RoundJob): Promise<RoundResult> {
  const { labels, classifier, judge, leastAccuracy } = job;
  const { initializers } = classifier.graph;
  let imagePasses = 0;
  let best: RoundResult = { round: { labels, unlearn: [], kept: 0, share: 0 }, weights: new Map(), imagePasses };
  for (const learningRate of LEARNING_RATES) {
    const { points, weights, imagePasses: passes } = await train(job, learningRate, (all) => all.length - 1);
    imagePasses += passes;
    const share = await largestShare(async (part) => {
      const blended = withWeights(classifier, blend(initializers, weights, part));
      return (await judge.evaluate(blended, true)).cleanAccuracy >= leastAccuracy;
    });
    if (share > (best.round.share ?? 0) || points.length > (best.round.unlearn?.length ?? 0)) {
      const kept = share === 0 ? 0 : points.length - 1;
      const chosen = share === 0 ? new Map<string, Tensor>() : blend(initializers, weights, share);
      best = { round: { labels, unlearn: points, kept, share }, weights: chosen, imagePasses };
    }
    if (share >= LEAST_SHARE) break;
  }
  return { ...best, imagePasses };
}

function train(
  job: RoundJob,
  learningRate: number,
  choose: (points: readonly UnlearnPoint[]) => number,
): Promise<TrainingResult> {
  const triggers = job.triggers.length > 0 ? job.triggers : job.suspects;
  return iBau({
    ...job,
    triggers: [...triggers, ...thickened(triggers, job.classifier.input)],
    weights: trainable(job),
    learningRate,
    seed: job.settings.seed,
    choose,
    onPoints: (points, updates) => {
      const { labels } = job;
      job.onProgress('unlearning', points.at(-1)?.update ?? 0, updates, { labels, unlearn: points });
    },
  });
}
