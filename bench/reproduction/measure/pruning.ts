/** @file Pruning one layer further and further (Figs. 9, 10, 21 and 22). */
import { withWeights } from '../../../src/engine/classify/withWeights';
import { lastConvolution, neuronLayers, secondToLastLayer } from '../../../src/engine/neurons/layers';
import { mapElements } from '../../../src/engine/neurons/mapElements';
import { prunedWeights } from '../../../src/engine/repair/prune/prune';
import { rankByGap } from '../../../src/engine/repair/prune/rankNeurons';
import { RAW } from '../../../src/engine/samples/preprocessing/preprocessing';
import type { Context } from '../experiment';
import type { ModelPlan } from '../models';
import { openModel, reversedTrigger } from '../scans';
import { judgeOf, repairImages } from './repairImages';

export const LAYERS = ['second-to-last layer', 'last convolution'] as const;
export type PrunedLayer = (typeof LAYERS)[number];

/** Shares 0–1. */
export interface PrunePoint {
  readonly pruned: number;
  readonly accuracy: number;
  readonly reversed: number;
  readonly original: number;
}

const SHARES = [0, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];

/** Elements of the convolution's flattened map count as neurons, as in a repair. */
export async function pruneRow(context: Context, plan: ModelPlan, which: PrunedLayer): Promise<PrunePoint[]> {
  const opened = await openModel(context, plan);
  const { model, classifier, writable } = opened;
  const layers = neuronLayers(classifier, writable);
  const chosen = which === 'last convolution' ? lastConvolution(layers) : secondToLastLayer(layers);
  const layer = mapElements(classifier, chosen, writable) ?? chosen;
  const trigger = await reversedTrigger(context, plan, model.backdoors[0]!.target);
  const job = { runtime: context.runtime, classifier, preprocessing: RAW, layer, images: repairImages(opened) };
  const { order } = await rankByGap(job, [trigger]);
  const judge = judgeOf(context, opened, [trigger]);
  const points: PrunePoint[] = [];
  for (const pruned of SHARES) {
    const weights = prunedWeights(classifier, [layer], order, Math.round(pruned * layer.neurons));
    const { cleanAccuracy, triggers } = await judge.evaluate(withWeights(classifier, weights));
    const [original, reversed] = triggers.map(({ attackSuccess }) => attackSuccess);
    points.push({ pruned, accuracy: cleanAccuracy, reversed: reversed ?? NaN, original: original ?? NaN });
  }
  return points;
}
