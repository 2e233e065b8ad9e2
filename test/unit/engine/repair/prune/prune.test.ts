import { beforeAll, describe, expect, it } from 'vitest';
import { classifierOf } from '../../../../../src/engine/classify/classifier';
import { neuronLayers } from '../../../../../src/engine/neurons/layers';
import { Judge, type KnownTrigger } from '../../../../../src/engine/repair/judge';
import { worstSuccess } from '../../../../../src/engine/report/repairReport';
import {
  chooseDeadTrigger,
  chooseMostPruned,
  coarseCounts,
  nextForDeadTrigger,
  pruneCurve,
  turningPoint,
} from '../../../../../src/engine/repair/prune/prune';
import { descending, rankByDormancy, rankByGap } from '../../../../../src/engine/repair/prune/rankNeurons';
import type { PrunePoint } from '../../../../../src/engine/report/repairReport';
import { createOnnxRuntime } from '../../../../../src/engine/runtime/onnxruntime';
import type { Runtime } from '../../../../../src/engine/runtime/runtime';
import { RAW } from '../../../../../src/engine/samples/preprocessing/preprocessing';
import { toyImages } from '../../../../support/toyModel';
import { BACKDOOR_NEURON, toyNetwork, toyTrigger } from '../../../../support/toyNetwork';

let runtime: Runtime;
beforeAll(async () => {
  runtime = await createOnnxRuntime({ library: 'onnxruntime-node', provider: 'cpu', threads: 1 });
});

const trigger: KnownTrigger = { label: 5, source: 'reversed', ...toyTrigger() };

function point(pruned: number, cleanAccuracy: number, attackSuccess: number): PrunePoint {
  return { pruned, cleanAccuracy, triggers: [{ label: 0, source: 'reversed', attackSuccess }] };
}

describe('rankings', () => {
  const classifier = classifierOf(toyNetwork());
  const [layer] = neuronLayers(classifier);

  it('puts the neuron with the largest gap first, and the one that clean images excite least', async () => {
    const job = { runtime, classifier, preprocessing: RAW, layer: layer!, images: toyImages(100) };
    const gap = await rankByGap(job, [trigger]);
    expect(gap.order[0]).toBe(BACKDOOR_NEURON);
    expect(gap.imagePasses).toBe(200);
    expect((await rankByDormancy(job)).order[0]).toBe(BACKDOOR_NEURON);
  });

  it('orders by value, ties by index', () => {
    expect(descending(Float32Array.from([1, 3, 3, -2]))).toEqual([1, 2, 0, 3]);
  });
});

describe('pruneCurve', () => {
  it('removes the backdoor with one neuron, and measures each point once', async () => {
    const classifier = classifierOf(toyNetwork());
    const [layer] = neuronLayers(classifier);
    const images = toyImages(160);
    const judge = new Judge(runtime, RAW, images, [trigger], undefined);
    const before = await judge.evaluate(classifier);
    expect(worstSuccess(before)).toBe(1);
    const ranking = (await rankByGap({ runtime, classifier, preprocessing: RAW, layer: layer!, images }, [trigger]))
      .order;
    const passes = judge.imagePasses;
    let evaluations = 0;
    const curve = await pruneCurve({
      classifier,
      layers: [layer!],
      ranking,
      judge,
      before,
      choose: (points) => chooseDeadTrigger(points, before.cleanAccuracy - 0.01),
      next: nextForDeadTrigger,
      onCurve: () => evaluations++,
    });
    // The margin of a second neuron would cost accuracy.
    expect(curve.points.find((at) => at.pruned === 2)!.cleanAccuracy).toBeLessThan(before.cleanAccuracy - 0.01);
    expect(curve.points[curve.chosen]).toMatchObject({ pruned: 1, cleanAccuracy: before.cleanAccuracy });
    expect(worstSuccess(curve.points[curve.chosen]!)).toBe(0);
    expect(curve.points[0]!.pruned).toBe(0);
    expect(evaluations).toBe(curve.points.length - 1);
    expect(judge.imagePasses - passes).toBe(evaluations * 2 * 160);
  });

  it('never needs more than 20 points', () => {
    expect(coarseCounts(32)).toEqual([1, 2, 4, 6, 8, 11, 14, 18, 22, 27, 32]);
    expect(coarseCounts(4096).length).toBeLessThanOrEqual(12);
    expect(coarseCounts(1)).toEqual([1]);
  });
});

describe('choosing a point', () => {
  it('goes up to twice as far as the reversed trigger needs, while the accuracy holds', () => {
    const points = [point(0, 0.99, 1), point(4, 0.99, 0.01), point(7, 0.98, 0), point(8, 0.98, 0), point(9, 0.98, 0)];
    expect(chooseDeadTrigger(points, 0.975)).toBe(3);
    expect(chooseDeadTrigger([...points.slice(0, 3), point(8, 0.97, 0)], 0.975)).toBe(2);
    // The first dead point is not accurate here, and does not count.
    expect(chooseDeadTrigger([point(0, 0.99, 1), point(1, 0.9, 0), ...points.slice(1)], 0.975)).toBe(4);
  });

  it('counts from where grown triggers are dead, too; where they live on, from where the reversed ones are', () => {
    const grown = (...values: [pruned: number, success: number, grownSuccess: number][]) =>
      values.map(([pruned, success, grownSuccess]) => ({ ...point(pruned, 0.99, success), grownSuccess }));
    const points = grown([0, 1, 1], [4, 0, 0.5], [8, 0, 0.3], [10, 0, 0.005], [20, 0, 0], [21, 0, 0]);
    expect(chooseDeadTrigger(points, 0.975)).toBe(4);
    expect(chooseDeadTrigger(points.slice(0, 3), 0.975)).toBe(2);
    expect(nextForDeadTrigger(grown([0, 1, 1], [1, 0, 1], [2, 0, 1], [8, 0, 0]))).toBe(5);
    expect(nextForDeadTrigger(grown([0, 1, 1], [1, 0, 1], [7, 0, 1], [8, 0, 0]))).toBe(16);
    expect(nextForDeadTrigger(grown([0, 1, 1], [1, 0, 1], [2, 0, 1]))).toBe(2);
  });

  it('measures the turn first, then twice as far', () => {
    const points = [point(0, 1, 1), point(8, 1, 0.5), point(16, 1, 0), point(36, 0.9, 0)];
    expect(nextForDeadTrigger(points)).toBe(12);
    expect(nextForDeadTrigger([point(0, 1, 1), point(15, 1, 0.5), point(16, 1, 0)])).toBe(32);
    expect(nextForDeadTrigger([point(0, 1, 1), point(15, 1, 0.5)])).toBeUndefined();
  });

  it('does not pay any price for a dead trigger', () => {
    const points = [point(0, 0.99, 1), point(4, 0.98, 0.02), point(30, 0.1, 0)];
    expect(chooseDeadTrigger(points, 0.975)).toBe(1);
  });

  it('prunes dormant neurons as long as the accuracy holds', () => {
    const points = [point(0, 0.99, 1), point(8, 0.985, 1), point(16, 0.97, 1)];
    expect(chooseMostPruned(points, 0.98)).toBe(1);
  });

  it('looks between the last point before the turn and the first behind it', () => {
    const points = [point(0, 1, 1), point(8, 1, 0.5), point(16, 1, 0), point(32, 0.2, 0)];
    const isBehind = (at: PrunePoint): boolean => worstSuccess(at) <= 0.01;
    expect(turningPoint(points, isBehind)).toBe(12);
    expect(turningPoint([point(0, 1, 1), point(1, 1, 0)], isBehind)).toBeUndefined();
    expect(turningPoint([point(0, 1, 1), point(9, 1, 1)], isBehind)).toBeUndefined();
    // Exact to one part in sixteen.
    expect(turningPoint([point(760, 1, 1), point(800, 1, 0)], isBehind)).toBeUndefined();
    expect(turningPoint([point(740, 1, 1), point(800, 1, 0)], isBehind)).toBe(770);
  });
});
