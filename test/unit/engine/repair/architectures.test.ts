/** Unlearning and pruning on architectures with batch normalisation, residual sums and depthwise convolutions. */
import * as path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { Evaluator } from '../../../../src/engine/classify/evaluator';
import { readModel } from '../../../../src/engine/formats';
import { classifierOf } from '../../../../src/engine/classify/classifier';
import { floats } from '../../../../src/engine/graph/tensor';
import { Judge, type KnownTrigger } from '../../../../src/engine/repair/judge';
import { Relearning } from '../../../../src/engine/repair/relearn';
import { REPAIR_DEFAULTS } from '../../../../src/engine/repair/repairJob';
import { repairRound } from '../../../../src/engine/repair/repairRound';
import { Random } from '../../../../src/engine/support/random';
import { createOnnxRuntime } from '../../../../src/engine/runtime/onnxruntime';
import type { Runtime } from '../../../../src/engine/runtime/runtime';
import { UNIT } from '../../../../src/engine/samples/preprocessing/preprocessing';
import { nodeFiles } from '../../../../src/runner/files/nodeFiles';

let runtime: Runtime;
beforeAll(async () => {
  runtime = await createOnnxRuntime({ library: 'onnxruntime-node', provider: 'cpu', threads: 1 });
});

const MODELS = ['onnx/resnet.onnx', 'onnx/mobilenet.onnx', 'keras-v3/mobilenet.keras'];

describe.each(MODELS)('%s', (file) => {
  it.each(['prune', 'unlearn'] as const)('can be repaired: %s', async (method) => {
    const model = await readModel(nodeFiles, path.join('test', 'fixtures', file));
    const classifier = classifierOf(model.graph);
    const { channels, height, width } = classifier.input;
    const random = new Random(1);
    const [count, size] = [64, channels * height * width];
    const images = Uint8Array.from({ length: count * size }, () => random.integer(256));
    const evaluator = await Evaluator.compile(runtime, classifier, UNIT);
    const labels = await evaluator.predictions({ images, count });
    await evaluator.dispose();
    const mask = new Float32Array(height * width).map((_, i) => (i % width < 3 && i < 3 * width ? 1 : 0));
    const trigger: KnownTrigger = { label: 0, source: 'reversed', mask, pattern: new Float32Array(size).fill(255) };
    const samples = { images, labels, count };
    const judge = new Judge(runtime, UNIT, samples, [trigger], undefined);
    const before = await judge.evaluate(classifier);
    expect(before.cleanAccuracy).toBe(1);
    const { round, weights } = await repairRound({
      ...{ runtime, classifier, preprocessing: UNIT, images: samples, triggers: [trigger], labels: [0], judge, before },
      findMore: () => Promise.resolve({ triggers: [trigger], judge, before }),
      thickenedJudge: () => judge,
      suspects: [],
      relearning: new Relearning({
        ...{ runtime, classifier, preprocessing: UNIT, images: samples, subjects: [{ label: 0 }] },
        ...{ loss: 'cross-entropy', seed: 1 },
      }),
      settings: { ...REPAIR_DEFAULTS, method },
      writable: model.weights,
      leastAccuracy: 0,
      onProgress: () => undefined,
    });

    const statistics = model.graph.nodes
      .filter(({ op }) => op === 'BatchNormalization')
      .flatMap(({ inputs }) => inputs.slice(3, 5));
    for (const name of statistics) expect(weights.has(name), name).toBe(false);
    for (const tensor of weights.values()) expect(floats(tensor).every(Number.isFinite)).toBe(true);
    if (method !== 'unlearn') expect(round.prune!.points.length).toBeGreaterThan(1);
    if (method !== 'prune') {
      const losses = round.unlearn!.slice(1).map(({ loss }) => loss!);
      expect(losses.at(-1)).toBeLessThan(losses[0]!);
    }
  });
});
