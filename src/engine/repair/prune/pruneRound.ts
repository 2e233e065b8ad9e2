/** @file A round that silences the neurons which the triggers drive. */
import type { Tensor } from '../../graph/tensor';
import { neuronLayers, type NeuronLayer } from '../../neurons/layers';
import { mapElements } from '../../neurons/mapElements';
import type { RoundJob, RoundResult } from '../roundJob';
import { layerToPrune, measure } from './layerToPrune';
import { chooseDeadTrigger, nextForDeadTrigger, prunedWeights } from './prune';
import { rankByContribution } from './rankByContribution';
import { rankByGap, type Ranking } from './rankNeurons';

export async function pruneRound(job: RoundJob): Promise<RoundResult> {
  const layer = layerToPrune(job);
  const elements = mapElements(job.classifier, layer, job.writable);
  job.onProgress('ranking', 0, 1, { labels: job.labels });
  const { layers, order, imagePasses } =
    elements === undefined && prunesWholeChannels(job)
      ? await byContribution(job)
      : await byGap(job, elements ?? layer);
  const prune = await measure(
    { ...job, grownJudge: job.thickenedJudge() },
    layers,
    order,
    (points) => chooseDeadTrigger(points, job.leastAccuracy),
    nextForDeadTrigger,
  );
  const weightsAt = (point: number): ReadonlyMap<string, Tensor> =>
    prunedWeights(job.classifier, layers, order, prune.points[point]?.pruned ?? 0);
  return { round: { labels: job.labels, prune }, weights: weightsAt(prune.chosen), weightsAt, imagePasses };
}

/** Whether there are no elements of a map to silence, which have a place as the trigger has. Throws as {@link layerToPrune} does. */
export function prunesWholeChannels(job: Pick<RoundJob, 'classifier' | 'writable' | 'settings'>): boolean {
  const layer = layerToPrune(job);
  return (
    job.settings.layer === undefined &&
    layer.kind === 'convolution' &&
    mapElements(job.classifier, layer, job.writable) === undefined
  );
}

type LayeredRanking = Ranking & { readonly layers: readonly NeuronLayer[] };

async function byGap(job: RoundJob, layer: NeuronLayer): Promise<LayeredRanking> {
  return { layers: [layer], ...(await rankByGap({ ...job, layer }, job.triggers)) };
}

/** Where only whole channels can be silenced, every one of the last layer serves many labels; the trigger has channels of its own before. */
async function byContribution(job: RoundJob): Promise<LayeredRanking> {
  const layers = neuronLayers(job.classifier, job.writable).filter(({ weights }) => weights.length > 0);
  return { layers, ...(await rankByContribution({ ...job, layers }, job.triggers)) };
}
