/** @file Which layer a round prunes, and the curve of pruning it. */
import { lastConvolution, layerNamed, neuronLayers, secondToLastLayer, type NeuronLayer } from '../../neurons/layers';
import { UnsupportedModelError } from '../../support/errors';
import type { PruneCurve } from '../../report/repairReport';
import { pruneCurve, type PruneJob } from '../prune/prune';

import type { RoundJob } from '../roundJob';
export function measure(
  job: RoundJob & Pick<PruneJob, 'grownJudge'>,
  layers: readonly NeuronLayer[],
  ranking: readonly number[],
  choose: PruneJob['choose'],
  next: PruneJob['next'],
): Promise<PruneCurve> {
  return pruneCurve({
    ...job,
    layers,
    ranking,
    choose,
    next,
    onCurve: (prune, planned) => {
      job.onProgress('pruning', prune.points.length - 1, planned, { labels: job.labels, prune });
    },
  });
}

/** Throws where the user's layer, or every default, has neurons that the file's weights cannot silence. */
export function layerToPrune({
  classifier,
  writable,
  settings,
}: Pick<RoundJob, 'classifier' | 'writable' | 'settings'>): NeuronLayer {
  const layers = neuronLayers(classifier, writable);
  const silenceable = layers.filter((layer) => layer.weights.length > 0);
  if (settings.layer !== undefined) {
    const layer = layerNamed(layers, settings.layer);
    if (layer.weights.length > 0) return layer;
    throw new UnsupportedModelError('the neurons of this layer cannot be silenced by weights of the file', {
      place: `layer "${layer.name}"`,
      expected: `one of ${silenceable.map(({ name }) => name).join(', ')}`,
      got: layer.name,
      hint: 'Choose another layer, or unlearn the trigger.',
    });
  }
  const hasConvolution = silenceable.some((layer) => layer.kind === 'convolution');
  return hasConvolution ? lastConvolution(silenceable) : secondToLastLayer(silenceable);
}
