/** @file A round that trains the model to ignore the triggers. */
import { UnsupportedModelError } from '../../support/errors';
import { trainableWeights } from '../../training/trainableWeights';
import { thickened } from '../thicken';
import { unlearn } from '../unlearn/unlearn';

import type { RoundJob, RoundResult } from '../roundJob';
export async function unlearnRound(job: RoundJob): Promise<RoundResult> {
  const known = await job.findMore();
  const triggers = [...known.triggers, ...thickened(known.triggers, job.classifier.input)];
  const result = await unlearn({
    ...job,
    ...known,
    triggers,
    seed: job.settings.seed,
    weights: trainable(job),
    onPoints: (points, updates) => {
      job.onProgress('unlearning', points.at(-1)?.update ?? 0, updates, { labels: job.labels, unlearn: points });
    },
  });
  const { points, chosen, weights, imagePasses } = result;
  return { round: { labels: job.labels, unlearn: points, kept: chosen }, weights, imagePasses };
}

/** Throws where the file has no weights that could be trained. */
export function trainable({ classifier, writable }: RoundJob): string[] {
  const names = trainableWeights(classifier, writable);
  if (names.length > 0) return names;
  throw new UnsupportedModelError('the file has no weights that could be trained');
}
