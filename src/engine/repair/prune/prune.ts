/** @file Pruning: silences neurons in a given order and measures what it costs and brings. */
import type { Classifier } from '../../classify/classifier';
import type { Tensor } from '../../graph/tensor';
import type { NeuronLayer } from '../../neurons/layers';
import { throwIfCancelled, type CancelSignal } from '../../support/cancellation';
import type { Evaluation, PruneCurve, PrunePoint } from '../../report/repairReport';
import { type Judge } from '../judge';
import { worstSuccess } from '../../report/repairReport';
import { silenceNeurons } from './silenceNeurons';
import { withWeights } from '../../classify/withWeights';

/** A trigger with a smaller share of successes no longer works. */
export const TRIGGER_IS_DEAD = 0.01;
/**
 * The attacker's own trigger is larger than the reversed one and drives its neurons farther, so where the reversed one is dead, also
 * grown a little, the other may still work. Up to so many times as many neurons are silenced, as long as the accuracy holds.
 */
const MARGIN = 2;

/** Points of a curve at most, the unpruned model included. */
const MAX_POINTS = 20;
/** Points over the whole range, before the turning point is looked at more closely. */
const COARSE_POINTS = 12;
/** Nobody needs to know the turning point of a large layer more exactly than to one part in so many. */
const CLOSE = 16;

export interface PruneJob {
  readonly classifier: Classifier;
  /** Their neurons are counted one after the other. */
  readonly layers: readonly NeuronLayer[];
  readonly ranking: readonly number[];
  readonly judge: Judge;
  /** Follows the triggers grown a little; absent: nobody needs to know. */
  readonly grownJudge?: Judge;
  /** Of the unpruned model. */
  readonly before: Evaluation;
  /** Chooses among the points; an index. */
  readonly choose: (points: readonly PrunePoint[]) => number;
  /** Which number of neurons is worth a look after these points, in order. */
  readonly next: (points: readonly PrunePoint[]) => number | undefined;
  readonly signal?: CancelSignal;
  /** `planned`: evaluations at most. */
  onCurve?(curve: PruneCurve, planned: number): void;
}

/** One evaluation per point and none besides: at most {@link MAX_POINTS} − 1, because the first is known. */
export async function pruneCurve(job: PruneJob): Promise<PruneCurve> {
  const { layers, ranking, before, judge, classifier } = job;
  const neurons = layers.reduce((sum, layer) => sum + layer.neurons, 0);
  const [layer, other] = layers;
  const points = new Map<number, PrunePoint>([[0, pointOf(0, before)]]);
  const curve = (): PruneCurve => {
    const sorted = [...points.values()].sort((a, b) => a.pruned - b.pruned);
    const name = other === undefined && layer !== undefined ? { layer: layer.name } : {};
    return { ...name, neurons, ranking, points: sorted, chosen: job.choose(sorted) };
  };
  const measure = async (pruned: number): Promise<PrunePoint> => {
    throwIfCancelled(job.signal);
    const weakened = withWeights(classifier, prunedWeights(classifier, layers, ranking, pruned));
    const own = pointOf(pruned, await judge.evaluate(weakened, true));
    // Grown triggers live where the others do; nothing hangs on how well.
    const grown = isDead(own) ? await job.grownJudge?.evaluate(weakened, true) : undefined;
    const point = { ...own, ...(grown !== undefined && { grownSuccess: worstSuccess(grown) }) };
    points.set(pruned, point);
    job.onCurve?.(curve(), MAX_POINTS - 1);
    return point;
  };
  for (const pruned of coarseCounts(neurons)) {
    const { cleanAccuracy } = await measure(pruned);
    // Nothing is left to look for behind the collapse.
    if (cleanAccuracy < before.cleanAccuracy / 2) break;
  }
  while (points.size < MAX_POINTS) {
    const next = job.next(curve().points);
    if (next === undefined || next > neurons || points.has(next)) break;
    await measure(next);
  }
  return curve();
}

/** The weights of the first `pruned` neurons of the ranking, set to zero. */
export function prunedWeights(
  classifier: Classifier,
  layers: readonly NeuronLayer[],
  ranking: readonly number[],
  pruned: number,
): Map<string, Tensor> {
  const silent = ranking.slice(0, pruned);
  const changed = new Map<string, Tensor>();
  let first = 0;
  for (const layer of layers) {
    const own = silent.map((neuron) => neuron - first).filter((neuron) => neuron >= 0 && neuron < layer.neurons);
    // Layers can share weights, so each starts from what the others have left.
    const weights = new Map([...classifier.graph.initializers, ...changed]);
    if (own.length > 0) for (const [name, tensor] of silenceNeurons(weights, layer, own)) changed.set(name, tensor);
    first += layer.neurons;
  }
  return changed;
}

/**
 * Of the accurate points where no reversed trigger works any more, also grown a little, the most pruned up to {@link MARGIN} times the first of
 * them. Where there is none, the same of those where grown ones still work; else the best compromise, both counted in images: accuracy less success.
 */
export function chooseDeadTrigger(points: readonly PrunePoint[], leastAccuracy: number): number {
  const tiers = [isDeadGrown, isDead].map((dead) => {
    const accurate = points.filter((point) => dead(point) && point.cleanAccuracy >= leastAccuracy);
    const limit = MARGIN * Math.min(...accurate.map(({ pruned }) => pruned));
    return accurate.filter(({ pruned }) => pruned <= limit);
  });
  return best(points, (point) => {
    const tier = tiers.findIndex((tier) => tier.includes(point));
    return tier >= 0 ? [tier, -point.pruned] : [tiers.length, worstSuccess(point) - point.cleanAccuracy, point.pruned];
  });
}

/** First where exactly the triggers die, then where they do so grown a little, then how far beyond it is pruned. */
export function nextForDeadTrigger(points: readonly PrunePoint[]): number | undefined {
  const first = points.find(isDeadGrown) ?? points.find(isDead);
  return (
    turningPoint(points, isDead) ??
    turningPoint(points, isDeadGrown) ??
    (first === undefined ? undefined : MARGIN * first.pruned)
  );
}

function isDead(point: PrunePoint): boolean {
  return worstSuccess(point) <= TRIGGER_IS_DEAD;
}

function isDeadGrown(point: PrunePoint): boolean {
  return isDead(point) && (point.grownSuccess ?? 0) <= TRIGGER_IS_DEAD;
}

/** The most pruned point that keeps at least this accuracy. */
export function chooseMostPruned(points: readonly PrunePoint[], leastAccuracy: number): number {
  return best(points, ({ cleanAccuracy, pruned }) => [cleanAccuracy >= leastAccuracy ? 0 : 1, -pruned]);
}

/** Numbers of neurons, dense at the beginning, where the interesting ones are. */
export function coarseCounts(neurons: number): number[] {
  const counts = Array.from({ length: COARSE_POINTS }, (_, i) => Math.round(neurons * ((i + 1) / COARSE_POINTS) ** 2));
  return [...new Set(counts)].filter((count) => count > 0);
}

/** Half way between the last point before the turn and the first behind it; `undefined` when they are close together. */
export function turningPoint(
  points: readonly PrunePoint[],
  isBehind: (point: PrunePoint) => boolean,
): number | undefined {
  const behind = points.findIndex(isBehind);
  const [low, high] = [points[behind - 1]?.pruned, points[behind]?.pruned];
  if (low === undefined || high === undefined || high - low < Math.max(2, high / CLOSE)) return undefined;
  return (low + high) >> 1;
}

function pointOf(pruned: number, { cleanAccuracy, triggers }: Evaluation): PrunePoint {
  return { pruned, cleanAccuracy, triggers };
}

/** Index of the item whose key comes first, compared number by number. */
function best<T>(items: readonly T[], key: (item: T) => readonly number[]): number {
  const keys = items.map(key);
  const before = (a: readonly number[], b: readonly number[]): boolean => {
    const at = a.findIndex((value, i) => value !== b[i]);
    return at >= 0 && (a[at] ?? 0) < (b[at] ?? 0);
  };
  return keys.reduce((winner, item, i) => (before(item, keys[winner] ?? []) ? i : winner), 0);
}
