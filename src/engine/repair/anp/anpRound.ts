/** @file A round that silences the neurons which an adversary would use; triggers, where known, only choose how many. */
import { neuronLayers } from '../../neurons/layers';
import type { PrunePoint } from '../../report/repairReport';
import type { Tensor } from '../../graph/tensor';
import { measure } from '../prune/layerToPrune';
import { chooseDeadTrigger, chooseMostPruned, nextForDeadTrigger, prunedWeights, turningPoint } from '../prune/prune';
import { descending } from '../prune/rankNeurons';
import type { RoundJob, RoundResult } from '../roundJob';
import { UnsupportedModelError } from '../../support/errors';
import { perturbNeurons } from './perturbNeurons';

export async function anpRound(job: RoundJob): Promise<RoundResult> {
  const { labels, leastAccuracy } = job;
  const layers = neuronLayers(job.classifier, job.writable).filter(({ weights }) => weights.length > 0);
  if (layers.length === 0) throw new UnsupportedModelError('the file has no neurons that its weights could silence');
  const { masks, imagePasses } = await perturbNeurons({
    ...job,
    layers,
    seed: job.settings.seed,
    onUpdate: (done, total) => {
      job.onProgress('ranking', done, total, { labels });
    },
  });
  const order = descending(masks.map((mask) => -mask));
  const isBlind = job.triggers.length === 0;
  const tooDear = (point: PrunePoint): boolean => point.cleanAccuracy < leastAccuracy;
  const prune = await measure(
    job,
    layers,
    order,
    (points) => (isBlind ? chooseMostPruned(points, leastAccuracy) : chooseDeadTrigger(points, leastAccuracy)),
    (points) => (isBlind ? turningPoint(points, tooDear) : nextForDeadTrigger(points)),
  );
  const weightsAt = (point: number): ReadonlyMap<string, Tensor> =>
    prunedWeights(job.classifier, layers, order, prune.points[point]?.pruned ?? 0);
  return { round: { labels, prune }, weights: weightsAt(prune.chosen), weightsAt, imagePasses };
}
