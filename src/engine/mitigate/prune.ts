/** @file Pruning: silences neurons in a given order and measures what it costs and brings. */
import type { Classifier } from '../graph/classifier';
import type { Tensor } from '../graph/tensor';
import type { NeuronLayer } from '../identify/layers';
import { throwIfCancelled, type CancelSignal } from '../progress';
import type { Evaluation, PruneCurve, PrunePoint } from '../repairReport';
import { worstSuccess, type Judge } from './judge';
import { silenceNeurons } from './silenceNeurons';
import { withWeights } from '../graph/withWeights';

/** A trigger with a smaller share of successes no longer works. */
export const TRIGGER_IS_DEAD = 0.01;

/** Points of a curve at most, the unpruned model included. */
const MAX_POINTS = 20;
/** Points over the whole range, before the turning point is looked at more closely. */
const COARSE_POINTS = 12;

export interface PruneJob {
  readonly classifier: Classifier;
  readonly layer: NeuronLayer;
  readonly ranking: readonly number[];
  readonly judge: Judge;
  /** Of the unpruned model. */
  readonly before: Evaluation;
  /** Chooses among the points; an index. */
  readonly choose: (points: readonly PrunePoint[]) => number;
  /** Whether the point lies behind the one that is looked for. */
  readonly isBehind: (point: PrunePoint) => boolean;
  readonly signal?: CancelSignal;
  /** `planned`: evaluations at most. */
  onCurve?(curve: PruneCurve, planned: number): void;
}

/** One evaluation per point and none besides: at most {@link MAX_POINTS} − 1, because the first is known. */
export async function pruneCurve(job: PruneJob): Promise<PruneCurve> {
  const { layer, ranking, before, judge, classifier } = job;
  const points = new Map<number, PrunePoint>([[0, pointOf(0, before)]]);
  const curve = (): PruneCurve => {
    const sorted = [...points.values()].sort((a, b) => a.pruned - b.pruned);
    return { layer: layer.name, neurons: layer.neurons, ranking, points: sorted, chosen: job.choose(sorted) };
  };
  const measure = async (pruned: number): Promise<PrunePoint> => {
    throwIfCancelled(job.signal);
    const evaluation = await judge.evaluate(
      withWeights(classifier, prunedWeights(classifier, layer, ranking, pruned)),
      true,
    );
    const point = pointOf(pruned, evaluation);
    points.set(pruned, point);
    job.onCurve?.(curve(), MAX_POINTS - 1);
    return point;
  };
  for (const pruned of coarseCounts(layer.neurons)) {
    const { cleanAccuracy } = await measure(pruned);
    // Nothing is left to look for behind the collapse.
    if (cleanAccuracy < before.cleanAccuracy / 2) break;
  }
  while (points.size < MAX_POINTS) {
    const next = turningPoint([...points.values()], job.isBehind);
    if (next === undefined) break;
    await measure(next);
  }
  return curve();
}

/** The weights of the first `pruned` neurons of the ranking, set to zero. */
export function prunedWeights(
  classifier: Classifier,
  layer: NeuronLayer,
  ranking: readonly number[],
  pruned: number,
): Map<string, Tensor> {
  return silenceNeurons(classifier.graph.initializers, layer, ranking.slice(0, pruned));
}

/**
 * The point where no reversed trigger works any more at the smallest cost, both counted in images: accuracy less success. Where
 * none is accurate enough, the best compromise of the two.
 */
export function chooseDeadTrigger(points: readonly PrunePoint[], leastAccuracy: number): number {
  return best(points, (point) => {
    const success = worstSuccess(point);
    const dead = success <= TRIGGER_IS_DEAD && point.cleanAccuracy >= leastAccuracy;
    return [dead ? 0 : 1, success - point.cleanAccuracy, point.pruned];
  });
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

/** Half way between the last point before the turn and the first behind it; `undefined` when they are neighbours. */
export function turningPoint(
  points: readonly PrunePoint[],
  isBehind: (point: PrunePoint) => boolean,
): number | undefined {
  const sorted = points.toSorted((a, b) => a.pruned - b.pruned);
  const behind = sorted.findIndex(isBehind);
  const [low, high] = [sorted[behind - 1]?.pruned, sorted[behind]?.pruned];
  if (low === undefined || high === undefined || high - low < 2) return undefined;
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
