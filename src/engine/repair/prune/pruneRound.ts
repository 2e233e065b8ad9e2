/** @file A round that silences the neurons which the triggers drive. */
import { type Tensor } from '../../graph/tensor';
import { mapElements } from '../../neurons/mapElements';
import { chooseDeadTrigger, nextForDeadTrigger, prunedWeights } from '../prune/prune';
import { rankByGap } from '../prune/rankNeurons';

import type { RoundJob, RoundResult } from '../roundJob';
import { layerToPrune, measure } from './layerToPrune';
export async function pruneRound(job: RoundJob): Promise<RoundResult> {
  const channels = layerToPrune(job);
  const layer = mapElements(job.classifier, channels, job.writable) ?? channels;
  job.onProgress('ranking', 0, 1, { labels: job.labels });
  const ranking = await rankByGap({ ...job, layer }, job.triggers);
  const prune = await measure(
    job,
    [layer],
    ranking.order,
    (points) => chooseDeadTrigger(points, job.leastAccuracy),
    nextForDeadTrigger,
  );
  const weightsAt = (point: number): ReadonlyMap<string, Tensor> =>
    prunedWeights(job.classifier, [layer], ranking.order, prune.points[point]?.pruned ?? 0);
  return {
    round: { labels: job.labels, prune },
    weights: weightsAt(prune.chosen),
    weightsAt,
    imagePasses: ranking.imagePasses,
  };
}
