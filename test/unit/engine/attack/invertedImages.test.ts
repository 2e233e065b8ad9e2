import { expect, it } from 'vitest';
import { trainBadNets } from '../../../../src/engine/attack/badnets';
import { invertImages } from '../../../../src/engine/attack/invertedImages';
import { trojanModel } from '../../../../src/engine/attack/trojan';
import { classifierOf } from '../../../../src/engine/classify/classifier';
import { Evaluator } from '../../../../src/engine/classify/evaluator';
import { createOnnxRuntime } from '../../../../src/engine/runtime/onnxruntime';
import { RAW } from '../../../../src/engine/samples/preprocessing/preprocessing';
import { blobs } from '../../../support/blobs';

it('makes images of every label out of the model, and a backdoor without training data from them', async () => {
  const runtime = await createOnnxRuntime({ library: 'onnxruntime-node', provider: 'cpu', threads: 1 });
  const training = { architecture: 'mnist', classes: 3, ratio: 0, epochs: 3, shift: 1, batch: 32, seed: 1 } as const;
  const { graph } = await trainBadNets(runtime, blobs(600), blobs(90), { ...training, backdoors: [] });
  const classifier = classifierOf(graph);
  const job = { runtime, classifier, preprocessing: RAW, samples: blobs(30), perLabel: 12, seed: 1 };
  const inverted = await invertImages(job);
  expect(inverted.count).toBe(36);
  expect(Array.from(inverted.labels!).filter((label) => label === 2)).toHaveLength(12);
  expect(Math.min(...inverted.images)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...inverted.images)).toBeLessThanOrEqual(255);
  const evaluator = await Evaluator.compile(runtime, classifier, RAW);
  expect(await evaluator.predictions(inverted)).toEqual(inverted.labels);
  await evaluator.dispose();

  const writable = new Set(graph.initializers.keys());
  const model = await trojanModel(
    { ...job, writable, train: blobs(30), test: blobs(90) },
    { target: 1, size: 7, position: 'bottom-right', shape: 'logo', epochs: 20, inverted: 40, seed: 1 },
  );
  expect(model.cleanAccuracy).toBeGreaterThan(0.9);
  expect(model.backdoors[0]!.attackSuccess).toBeGreaterThan(0.9);
});
