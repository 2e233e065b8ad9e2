/** @file A round that tries methods in the order of their cost until one does. */
import type { Classifier } from '../../classify/classifier';
import { withWeights } from '../../classify/withWeights';
import { worstSuccess, type AutoMethod, type RepairAttempt } from '../../report/repairReport';
import { UnsupportedModelError, UsageError } from '../../support/errors';
import { iBauRound } from '../i-bau/iBauRound';
import { pruneRound, prunesWholeChannels } from '../prune/pruneRound';
import { leastGrowth } from '../relearn';
import type { RoundJob, RoundResult } from '../roundJob';
import { unlearnRound } from '../unlearn/unlearnRound';
import { betterAttempt, isEnough } from './chooseAttempt';

type Candidate = readonly [method: AutoMethod, round: (job: RoundJob) => Promise<RoundResult>];

const WITH_TRIGGERS: readonly Candidate[] = [
  ['prune', pruneRound],
  ['unlearn', unlearnRound],
  ['i-bau', iBauRound],
];
/** Of whole channels too few can be pruned: in one network (docs/repair.md) 38 % of the original trigger's success was left where no reversed one worked. */
const FOR_WHOLE_CHANNELS = WITH_TRIGGERS.filter(([method]) => method !== 'prune');
/** Pruning and unlearning need a trigger; what neuron perturbation finds says little in small networks (docs/repair.md). */
const BLIND: readonly Candidate[] = [['i-bau', iBauRound]];
/** Who only distrusts a model has more to lose: no more than this of the accuracy, 0–1. */
const BLIND_ACCURACY_LOSS = 0.005;

export async function autoRound(job: RoundJob): Promise<RoundResult> {
  const isBlind = job.triggers.length === 0;
  const leastAccuracy = isBlind
    ? Math.max(job.leastAccuracy, job.before.cleanAccuracy - BLIND_ACCURACY_LOSS)
    : job.leastAccuracy;
  const attempts: RepairAttempt[] = [];
  let best: { readonly attempt: RepairAttempt; readonly result: RoundResult } | undefined;
  let imagePasses = 0;
  for (const [method, round] of isBlind ? BLIND : await withTriggers(job)) {
    const result = await ifSupported(() =>
      round({
        ...job,
        leastAccuracy,
        onProgress: (phase, done, total, current) => {
          job.onProgress(phase, done, total, { ...current, method, attempts: [...attempts] });
        },
      }),
    );
    if (result === undefined) {
      attempts.push({ method });
      continue;
    }
    const repaired = withWeights(job.classifier, result.weights);
    const relearned = await job.relearning.against(repaired);
    const attempt: RepairAttempt = { method, result: await judged(job, repaired, leastGrowth(relearned)) };
    attempts.push(attempt);
    imagePasses += result.imagePasses;
    if (best === undefined || betterAttempt(attempt, best.attempt, leastAccuracy)) {
      best = { attempt, result: { ...result, relearned } };
    }
    if (isEnough(attempt, leastAccuracy)) break;
  }
  if (best === undefined) throw new UnsupportedModelError('no method can repair this model');
  const { attempt, result } = best;
  return { ...result, round: { ...result.round, method: attempt.method, attempts }, imagePasses };
}

async function withTriggers(job: RoundJob): Promise<readonly Candidate[]> {
  const wholeChannels = await ifSupported(() => prunesWholeChannels(job));
  return wholeChannels === true ? FOR_WHOLE_CHANNELS : WITH_TRIGGERS;
}

async function judged(
  job: RoundJob,
  repaired: Classifier,
  growth: number | undefined,
): Promise<NonNullable<RepairAttempt['result']>> {
  const after = await job.judge.evaluate(repaired);
  const thickened = await job.thickenedJudge().evaluate(repaired, true);
  return {
    cleanAccuracy: after.cleanAccuracy,
    attackSuccess: Math.max(worstSuccess(after), worstSuccess(thickened)),
    ...(growth !== undefined && { growth }),
  };
}

/** `undefined` where the method does not fit the model, such as pruning one without a layer to prune. */
async function ifSupported<T>(run: () => T | Promise<T>): Promise<T | undefined> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof UnsupportedModelError || error instanceof UsageError) return undefined;
    throw error;
  }
}
