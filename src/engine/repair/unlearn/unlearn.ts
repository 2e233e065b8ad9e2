/** @file Unlearning (paper, VI-C): teaches the model the true labels of images that carry the reversed trigger. */
import { firstGood, tune, type TuneJob, type TuneSettings } from './tune';
import type { TrainingResult } from '../trainingCurve';

/** The paper's: one epoch of the given images; but few images need more: with 180, networks with batch normalisation keep some of the original triggers. */
const SETTINGS: Omit<TuneSettings, 'seed' | 'learningRate' | 'stampShare'> = {
  batch: 32,
  epochs: 1,
  leastUpdates: 540,
  shift: 1 / 14,
};

/** Share of the images with a trigger: the paper's for one trigger, more where several have to share it. */
const STAMP_SHARE = { one: 0.2, several: 0.4 };

/**
 * Learning rates of Adam that are tried one after the other, each from the same beginning. Below 3e-3 small models keep some of
 * the original trigger, above 1e-4 large ones lose their accuracy.
 */
export const LEARNING_RATES: readonly number[] = [3e-3, 1e-3, 3e-4, 1e-4];

/** What {@link tune} needs, without its settings. */
export type UnlearnJob = Omit<TuneJob, 'settings'> & { readonly seed: number };

/**
 * Unlearns at the first learning rate that ends with dead triggers and the accuracy asked for; where none does, the best of
 * all attempts is kept. Without triggers it is plain fine-tuning.
 */
export function unlearn(job: UnlearnJob): Promise<TrainingResult> {
  const stampShare = job.triggers.length > 1 ? STAMP_SHARE.several : STAMP_SHARE.one;
  return firstGood(job, LEARNING_RATES, (learningRate) =>
    tune({ ...job, settings: { ...SETTINGS, stampShare, seed: job.seed, learningRate } }),
  );
}
