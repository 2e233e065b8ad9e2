/**
 * @file Looks for source-specific backdoors: all pairs are inverted briefly, those whose trigger is smallest by what one expects of them to the end, and the network is asked about
 * them as it is about labels.
 */
import type { LabelTrigger } from '../../classify/labelTrigger';
import type { PairResult } from '../../report/scanReport';
import type { LabelledImages } from '../../samples/samples';
import type { RunningScan } from '../budget/invertLabels';
import { triggerOf } from '../budget/labelResult';
import { inversionOptions } from '../invert/inversionOptions';
import { SHORT_INVERSION, SHORT_SCHEDULE, shortNorm, shortNormsOf } from '../invert/shortInversion';
import { labelledImages } from '../respond/labelledImages';
import { askingPasses, normsOnceUnlearned, unlearnableWeights } from '../respond/response';
import { invertPairs } from './invertPairs';
import { type FoundPair, type Pair, pairsOf } from './pair';
import { PairEffects } from './pairEffect';
import { type PairNorm, relativeNorms } from './relativeNorms';
import { twinNorms, twinPasses } from './twinNorms';

export interface PairSearch {
  /** Those that were looked at more closely, the smallest by what is expected of it in a short inversion first; none of them flagged yet. */
  readonly pairs: readonly FoundPair[];
  /** Besides what the checkpoint counts. */
  readonly imagePasses: number;
}

/** Pairs that are looked at more closely. */
const SUSPECTS = 12;

/** Of the images of a source. A backdoor of one source is learned less well than one of all, so that no trigger may reach 99 % of them. */
const SUCCESS = SHORT_SCHEDULE.successThreshold;

/** Of the pairs that lead to one of `targets`. */
export async function scanPairs(scan: RunningScan, targets: readonly number[]): Promise<PairSearch> {
  const { job, events } = scan;
  const signal = events.signal === undefined ? {} : { signal: events.signal };
  const images = await labelledImages({ ...job, ...signal });
  const all = pairsOf(targets, images.labels);
  const stage = { name: 'pairs-short', options: SHORT_INVERSION, keepsTriggers: false } as const;
  const short = await invertPairs(scan, stage, images, all);
  const twins = await twinNorms(scan, images, all);
  const suspects = smallest(
    all.map((pair, i) => ({
      ...{ ...pair, norm: shortNorm(short[i]?.curve ?? []), twins: twins.map((norms) => norms[i] ?? NaN) },
    })),
  );
  const found = await invertSuspects(scan, images, suspects);
  const { responses, imagePasses } = await responsesOf(
    scan,
    images,
    found.map(({ trigger }) => trigger),
  );
  return {
    pairs: found.map(({ result, trigger }, i) => {
      const response = responses[i];
      return {
        result: { ...result, ...(response !== undefined && { response }) },
        trigger: triggerOf(job.classifier.input, trigger),
      };
    }),
    imagePasses: twinPasses(all.length) + imagePasses,
  };
}

/** A pair with the norm of a short inversion by what one expects of it. */
type Suspect = Pair & Pick<PairResult, 'relativeL1'>;

function smallest(pairs: readonly PairNorm[]): Suspect[] {
  const relative = relativeNorms(pairs);
  return pairs
    .map(({ source, target }, i) => ({ source, target, relativeL1: relative[i] ?? NaN }))
    .filter(({ relativeL1 }) => !Number.isNaN(relativeL1))
    .sort((a, b) => a.relativeL1 - b.relativeL1)
    .slice(0, SUSPECTS);
}

/** Pairs for which no trigger was found are left out. */
async function invertSuspects(
  scan: RunningScan,
  images: LabelledImages,
  suspects: readonly Suspect[],
): Promise<{ readonly result: PairResult; readonly trigger: LabelTrigger }[]> {
  const { job, events, evaluator } = scan;
  const options = { ...inversionOptions(job.settings), successThreshold: SUCCESS };
  const full = await invertPairs(scan, { name: 'pairs-full', options, keepsTriggers: true }, images, suspects);
  const effects = new PairEffects(evaluator, images, job.classifier.input, events.signal);
  const found: { result: PairResult; trigger: LabelTrigger }[] = [];
  for (const [i, { source, target, relativeL1 }] of suspects.entries()) {
    const { trigger } = full[i] ?? {};
    if (trigger === undefined) continue;
    const effect = await effects.of({ source, target }, trigger);
    found.push({
      result: { source, target, l1: trigger.l1, relativeL1, flagged: false, ...effect },
      trigger: { label: target, sourceLabel: source, ...trigger },
    });
  }
  return found;
}

/** Of each trigger's pair, once all of them were unlearned for a moment; none where the model cannot unlearn. */
async function responsesOf(
  { job, events }: RunningScan,
  images: LabelledImages,
  triggers: readonly LabelTrigger[],
): Promise<{ readonly responses: readonly number[]; readonly imagePasses: number }> {
  const weights = unlearnableWeights(job.classifier);
  if (weights === undefined || triggers.length === 0) return { responses: [], imagePasses: 0 };
  const { loss, seed } = job.settings;
  const inverting = { ...job, images, loss, seed, ...(events.signal && { signal: events.signal }) };
  const before = await shortNormsOf(inverting, triggers);
  const after = await normsOnceUnlearned(inverting, weights, triggers, triggers);
  return {
    responses: after.map((norm, i) => norm / (before[i] ?? NaN)),
    imagePasses: askingPasses(2 * triggers.length),
  };
}
