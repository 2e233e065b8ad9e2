/**
 * @file What happens to a label's norm when the model forgets its trigger. A backdoor is a shortcut, which goes away and leaves
 * the class behind: the label becomes many times harder to reach. A feature that the class is made of does not go away.
 * This asks the network and not the other labels, so it serves two classes, one scanned label, and many infected ones alike.
 */
import type { Classifier } from '../../classify/classifier';
import type { LabelTrigger } from '../../classify/labelTrigger';
import { trainableWeights } from '../../training/trainableWeights';
import type { LabelledImages } from '../../samples/samples';
import {
  shortNorms,
  SHORT_SCHEDULE,
  SHORT_UPDATES,
  shortNormsOf,
  type ShortInversionJob,
  type Subject,
} from '../invert/shortInversion';
import { labelledImages } from './labelledImages';
import { UNLEARN_BATCH, unlearnBriefly } from './unlearnBriefly';

/** Of a short unlearning. */
const UNLEARNING = { updates: 120, learningRate: 1e-3 } as const;

export interface Responses {
  /** By label: norm after the unlearning by norm before it, both of short inversions from the same start. */
  readonly ratios: ReadonlyMap<number, number>;
  readonly imagePasses: number;
}

export interface ResponseMeter {
  /** Unlearns all `triggers` at once on a copy of the model, and asks how the norms of `labels` respond. */
  measure(triggers: readonly LabelTrigger[], labels: readonly number[]): Promise<Responses>;
}

/** Training takes four times the memory of what is trained, too much for the largest models at the end of a long scan. */
const MOST_TRAINED = 100_000_000;

/** Names of what a model unlearns with; `undefined` where it has no weights that could be trained, or more than fit into memory while they are. */
export function unlearnableWeights(classifier: Classifier): string[] | undefined {
  const { initializers } = classifier.graph;
  const weights = trainableWeights(classifier, new Set(initializers.keys()));
  const trained = weights.reduce((sum, name) => sum + (initializers.get(name)?.data.length ?? 0), 0);
  return trained === 0 || trained > MOST_TRAINED ? undefined : weights;
}

/** `undefined` where the model cannot unlearn, see {@link unlearnableWeights}. */
export async function responseMeter(job: ShortInversionJob): Promise<ResponseMeter | undefined> {
  const { classifier, seed } = job;
  const weights = unlearnableWeights(classifier);
  if (weights === undefined) return undefined;
  const images = await labelledImages(job);
  const before = new Map<number, number>();
  return {
    measure: async (triggers, labels) => {
      const fresh = labels.filter((label) => !before.has(label));
      for (const [label, norm] of await shortNorms(job, fresh)) before.set(label, norm);
      const subjects = labels.map((label) => ({ label }));
      const after = await normsOnceUnlearned({ ...job, images, seed }, weights, triggers, subjects);
      return {
        ratios: new Map(labels.map((label, i) => [label, (after[i] ?? NaN) / (before.get(label) ?? NaN)])),
        imagePasses: askingPasses(fresh.length + labels.length),
      };
    },
  };
}

/** The norms of `subjects`, in their order, on a copy of the model that has unlearned all `triggers` for a moment. */
export async function normsOnceUnlearned(
  job: ShortInversionJob & { readonly images: LabelledImages },
  weights: readonly string[],
  triggers: readonly LabelTrigger[],
  subjects: readonly Subject[],
): Promise<number[]> {
  const classifier = await unlearnBriefly({ ...job, ...UNLEARNING, triggers, weights });
  return shortNormsOf({ ...job, classifier }, subjects);
}

/** What one unlearning and so many short inversions cost. */
export function askingPasses(inversions: number): number {
  return inversions * SHORT_UPDATES * SHORT_SCHEDULE.batch + UNLEARNING.updates * UNLEARN_BATCH;
}
