/** @file A round that silences dormant neurons and tunes the rest, for comparison. */
import { floats } from '../../graph/tensor';
import { chooseMostPruned, prunedWeights, turningPoint } from '../prune/prune';
import { rankByDormancy } from '../prune/rankNeurons';
import type { UnlearnPoint } from '../../report/repairReport';
import { unlearn } from '../unlearn/unlearn';
import { withWeights } from '../../classify/withWeights';

import type { RoundJob, RoundResult } from '../roundJob';
import { layerToPrune, measure } from './layerToPrune';
import { trainable } from '../unlearn/unlearnRound';
/** Liu, Dolan-Gavitt and Garg 2018; the triggers only choose among the results. */
export async function finePruneRound(job: RoundJob): Promise<RoundResult> {
  const layer = layerToPrune(job);
  job.onProgress('ranking', 0, 1, { labels: job.labels });
  const ranking = await rankByDormancy({ ...job, layer });
  const prune = await measure(
    job,
    [layer],
    ranking.order,
    (points) => chooseMostPruned(points, job.leastAccuracy),
    (points) => turningPoint(points, (point) => point.cleanAccuracy < job.leastAccuracy),
  );
  const silent = ranking.order.slice(0, prune.points[prune.chosen]?.pruned ?? 0);
  const pruned = prunedWeights(job.classifier, [layer], ranking.order, silent.length);
  const classifier = withWeights(job.classifier, pruned);
  const before = await job.judge.evaluate(classifier, true);
  const masks = new Map(
    [...pruned].map(([name, tensor]) => {
      const [now, then] = [floats(tensor), floats(job.classifier.graph.initializers.get(name) ?? tensor)];
      return [name, now.map((value, i) => (value === 0 && then[i] !== 0 ? 0 : 1))] as const;
    }),
  );
  const tuned = await unlearn({
    ...job,
    classifier,
    before,
    triggers: [],
    seed: job.settings.seed,
    weights: trainable(job),
    constrain: (weights) => {
      for (const [name, mask] of masks)
        weights.get(name)?.forEach((value, i, all) => (all[i] = value * (mask[i] ?? 1)));
    },
    onPoints: (points: readonly UnlearnPoint[], updates: number) => {
      job.onProgress('unlearning', points.at(-1)?.update ?? 0, updates, { labels: job.labels, prune, unlearn: points });
    },
  });
  return {
    round: { labels: job.labels, prune, unlearn: tuned.points, kept: tuned.chosen },
    weights: new Map([...pruned, ...tuned.weights]),
    imagePasses: ranking.imagePasses + tuned.imagePasses,
  };
}
