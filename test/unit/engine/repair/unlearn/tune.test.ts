import { beforeAll, describe, expect, it } from 'vitest';
import { CancelledError } from '../../../../../src/engine/support/errors';
import { classifierOf } from '../../../../../src/engine/classify/classifier';
import { Judge, type KnownTrigger } from '../../../../../src/engine/repair/judge';
import { worstSuccess } from '../../../../../src/engine/report/repairReport';
import { choosePoint, isSettled } from '../../../../../src/engine/repair/unlearn/tune';
import { trainableWeights } from '../../../../../src/engine/training/trainableWeights';
import { unlearn } from '../../../../../src/engine/repair/unlearn/unlearn';
import { withWeights } from '../../../../../src/engine/classify/withWeights';
import type { UnlearnPoint } from '../../../../../src/engine/report/repairReport';
import { createOnnxRuntime } from '../../../../../src/engine/runtime/onnxruntime';
import type { Runtime } from '../../../../../src/engine/runtime/runtime';
import { RAW } from '../../../../../src/engine/samples/preprocessing/preprocessing';
import { toyImages } from '../../../../support/toyModel';
import { toyNetwork, toyTrigger } from '../../../../support/toyNetwork';

let runtime: Runtime;
beforeAll(async () => {
  runtime = await createOnnxRuntime({ library: 'onnxruntime-node', provider: 'cpu', threads: 1 });
});

const trigger: KnownTrigger = { label: 5, source: 'reversed', ...toyTrigger() };
const classifier = classifierOf(toyNetwork());
const everything = new Set(classifier.graph.initializers.keys());

function point(cleanAccuracy: number, attackSuccess: number): UnlearnPoint {
  return { update: 0, images: 0, cleanAccuracy, triggers: [{ label: 0, source: 'reversed', attackSuccess }] };
}

async function run(triggers: readonly KnownTrigger[], signal?: { aborted: boolean }) {
  const judge = new Judge(runtime, RAW, toyImages(160), [trigger], undefined);
  const before = await judge.evaluate(classifier);
  const result = await unlearn({
    ...{ runtime, classifier, preprocessing: RAW, images: toyImages(320), triggers, judge, before, seed: 1 },
    weights: trainableWeights(classifier, everything),
    leastAccuracy: before.cleanAccuracy - 0.02,
    ...(signal === undefined ? {} : { signal }),
  });
  return { before, result, after: await judge.evaluate(withWeights(classifier, result.weights)) };
}

describe('unlearn', () => {
  it('unlearns the trigger and keeps the accuracy; the kept point is what the weights are', async () => {
    const { before, result, after } = await run([trigger]);
    expect(worstSuccess(before)).toBe(1);
    expect(worstSuccess(after)).toBeLessThanOrEqual(0.01);
    expect(after.cleanAccuracy).toBeGreaterThan(before.cleanAccuracy - 0.02);
    expect(result.points[result.chosen]!.cleanAccuracy).toBe(after.cleanAccuracy);
    expect(result.points[0]).toMatchObject({ update: 0, images: 0 });
  });

  it('stops when cancelled', async () => {
    await expect(run([trigger], { aborted: true })).rejects.toBeInstanceOf(CancelledError);
  });
});

describe('choosePoint', () => {
  it('weighs accuracy against success and refuses what costs too much', () => {
    const points = [point(0.99, 0.98), point(0.9, 0), point(0.97, 0.02), point(0.975, 0.01)];
    expect(choosePoint(points, 0.95)).toBe(3);
    expect(choosePoint(points, 0.98)).toBe(0);
  });

  it('takes the later of equal points', () => {
    expect(choosePoint([point(0.9, 1), point(0.9, 0), point(0.9, 0)], 0)).toBe(2);
  });
});

describe('isSettled', () => {
  it('needs half of the time and three dead, equally accurate points', () => {
    const still = [point(0.99, 0), point(0.991, 0.005), point(0.99, 0)];
    expect(isSettled(still, 0.5)).toBe(true);
    expect(isSettled(still, 0.4)).toBe(false);
    expect(isSettled([point(0.99, 0), point(0.98, 0), point(0.99, 0)], 1)).toBe(false);
    expect(isSettled([point(0.99, 0.02), point(0.99, 0), point(0.99, 0)], 1)).toBe(false);
  });
});

describe('trainableWeights', () => {
  it('leaves out preprocessing and what cannot be written back', () => {
    expect(trainableWeights(classifier, everything)).toEqual(['hidden.weight', 'hidden.bias', 'output.weight']);
    expect(trainableWeights(classifier, new Set(['hidden.bias']))).toEqual(['hidden.bias']);
  });
});
