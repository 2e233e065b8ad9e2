/** @file One round of a repair: prune, unlearn, or prune dormant neurons and fine-tune. */
import type { Classifier } from '../classify/classifier';
import { floats, type Tensor } from '../graph/tensor';
import { lastConvolution, layerNamed, neuronLayers, secondToLastLayer, type NeuronLayer } from '../neurons/layers';
import { mapElements } from '../neurons/mapElements';
import type { CancelSignal } from '../support/cancellation';
import { UnsupportedModelError } from '../support/errors';
import type { Evaluation, PruneCurve, RepairProgress, RepairRound } from '../report/repairReport';
import type { Runtime } from '../runtime/runtime';
import type { Preprocessing } from '../samples/preprocessing/preprocessing';
import type { Judge, KnownTrigger } from './judge';
import {
  chooseDeadTrigger,
  chooseMostPruned,
  nextForDeadTrigger,
  prunedWeights,
  pruneCurve,
  turningPoint,
  type PruneJob,
} from './prune/prune';
import { rankByDormancy, rankByGap } from './prune/rankNeurons';
import type { RepairSettings } from './repairJob';
import type { LabelledImages } from './splitSamples';
import { trainableWeights } from '../training/trainableWeights';
import type { UnlearnPoint } from '../report/repairReport';
import { unlearn } from './unlearn/unlearn';
import { withWeights } from '../classify/withWeights';

export interface RoundJob {
  readonly runtime: Runtime;
  /** With the weights of the rounds before. */
  readonly classifier: Classifier;
  readonly preprocessing: Preprocessing;
  readonly images: LabelledImages;
  /** All reversed triggers so far. */
  readonly triggers: readonly KnownTrigger[];
  /** Labels whose triggers are new. */
  readonly labels: readonly number[];
  /** Initializers that the file can take back. */
  readonly writable: ReadonlySet<string>;
  readonly settings: RepairSettings;
  readonly judge: Judge;
  /** Of `classifier`. */
  readonly before: Evaluation;
  /** Least accuracy that is accepted, 0–1. */
  readonly leastAccuracy: number;
  readonly signal?: CancelSignal;
  onProgress(phase: RepairProgress['phase'], done: number, total: number, round: RepairRound): void;
}

export interface RoundResult {
  readonly round: RepairRound;
  /** Changed weights by initializer. */
  readonly weights: ReadonlyMap<string, Tensor>;
  /** The weights at another point of the pruning curve; absent where a later step rests on the chosen one. */
  readonly weightsAt?: (point: number) => ReadonlyMap<string, Tensor>;
  readonly imagePasses: number;
}

export function repairRound(job: RoundJob): Promise<RoundResult> {
  switch (job.settings.method) {
    case 'prune':
      return pruneRound(job);
    case 'unlearn':
      return unlearnRound(job);
    case 'fine-prune':
      return finePruneRound(job);
  }
}

async function pruneRound(job: RoundJob): Promise<RoundResult> {
  const channels = layerToPrune(job);
  const layer = mapElements(job.classifier, channels, job.writable) ?? channels;
  job.onProgress('ranking', 0, 1, { labels: job.labels });
  const ranking = await rankByGap({ ...job, layer }, job.triggers);
  const prune = await measure(
    job,
    layer,
    ranking.order,
    (points) => chooseDeadTrigger(points, job.leastAccuracy),
    nextForDeadTrigger,
  );
  const weightsAt = (point: number): ReadonlyMap<string, Tensor> =>
    prunedWeights(job.classifier, layer, ranking.order, prune.points[point]?.pruned ?? 0);
  return {
    round: { labels: job.labels, prune },
    weights: weightsAt(prune.chosen),
    weightsAt,
    imagePasses: ranking.imagePasses,
  };
}

async function unlearnRound(job: RoundJob): Promise<RoundResult> {
  const result = await unlearn({
    ...job,
    seed: job.settings.seed,
    weights: trainable(job),
    onPoints: (points, updates) => {
      job.onProgress('unlearning', points.at(-1)?.update ?? 0, updates, { labels: job.labels, unlearn: points });
    },
  });
  const { points, chosen, weights, imagePasses } = result;
  return { round: { labels: job.labels, unlearn: points, kept: chosen }, weights, imagePasses };
}

/** Liu, Dolan-Gavitt and Garg 2018; the triggers only choose among the results. */
async function finePruneRound(job: RoundJob): Promise<RoundResult> {
  const layer = layerToPrune(job);
  job.onProgress('ranking', 0, 1, { labels: job.labels });
  const ranking = await rankByDormancy({ ...job, layer });
  const prune = await measure(
    job,
    layer,
    ranking.order,
    (points) => chooseMostPruned(points, job.leastAccuracy),
    (points) => turningPoint(points, (point) => point.cleanAccuracy < job.leastAccuracy),
  );
  const silent = ranking.order.slice(0, prune.points[prune.chosen]?.pruned ?? 0);
  const pruned = prunedWeights(job.classifier, layer, ranking.order, silent.length);
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

function measure(
  job: RoundJob,
  layer: NeuronLayer,
  ranking: readonly number[],
  choose: PruneJob['choose'],
  next: PruneJob['next'],
): Promise<PruneCurve> {
  return pruneCurve({
    ...job,
    layer,
    ranking,
    choose,
    next,
    onCurve: (prune, planned) => {
      job.onProgress('pruning', prune.points.length - 1, planned, { labels: job.labels, prune });
    },
  });
}

/** Throws where the user's layer, or every default, has neurons that the file's weights cannot silence. */
function layerToPrune({ classifier, writable, settings }: RoundJob): NeuronLayer {
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

/** Throws where the file has no weights that could be trained. */
function trainable({ classifier, writable }: RoundJob): string[] {
  const names = trainableWeights(classifier, writable);
  if (names.length > 0) return names;
  throw new UnsupportedModelError('the file has no weights that could be trained');
}
