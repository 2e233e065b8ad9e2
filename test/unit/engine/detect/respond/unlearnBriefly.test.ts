import { beforeAll, expect, it } from 'vitest';
import { classifierOf, type Classifier } from '../../../../../src/engine/classify/classifier';
import { attackSuccess, Evaluator } from '../../../../../src/engine/classify/evaluator';
import { unlearnBriefly } from '../../../../../src/engine/detect/respond/unlearnBriefly';
import { createOnnxRuntime } from '../../../../../src/engine/runtime/onnxruntime';
import type { Runtime } from '../../../../../src/engine/runtime/runtime';
import { RAW } from '../../../../../src/engine/samples/preprocessing/preprocessing';
import { CancelledError } from '../../../../../src/engine/support/errors';
import { trainableWeights } from '../../../../../src/engine/training/trainableWeights';
import { toyImages } from '../../../../support/toyModel';
import { toyNetwork, toyTrigger } from '../../../../support/toyNetwork';

let runtime: Runtime;
beforeAll(async () => {
  runtime = await createOnnxRuntime({ library: 'onnxruntime-node', provider: 'cpu', threads: 1 });
});

const LABEL = 5;
const classifier = classifierOf(toyNetwork(LABEL));
const images = toyImages(320);

function forget(signal?: { aborted: boolean }): Promise<Classifier> {
  return unlearnBriefly({
    ...{ runtime, classifier, preprocessing: RAW, images, updates: 180, learningRate: 3e-3, seed: 1 },
    triggers: [{ label: LABEL, ...toyTrigger() }],
    weights: trainableWeights(classifier, new Set(classifier.graph.initializers.keys())),
    ...(signal && { signal }),
  });
}

/** Of the trigger, and of clean images. */
async function measured(of: Classifier): Promise<{ attack: number; accuracy: number }> {
  const evaluator = await Evaluator.compile(runtime, of, RAW);
  const predictions = await evaluator.predictions(images);
  const attack = await attackSuccess(evaluator, images, toyTrigger(), LABEL);
  await evaluator.dispose();
  return { attack, accuracy: predictions.filter((label, i) => label === images.labels[i]).length / images.count };
}

it('makes a copy that has forgotten the trigger and nothing else; the original is left alone', async () => {
  const forgetful = await forget();
  expect((await measured(classifier)).attack).toBe(1);
  const { attack, accuracy } = await measured(forgetful);
  expect(attack).toBeLessThan(0.1);
  expect(accuracy).toBeGreaterThan(0.95);
});

it('stops when cancelled', async () => {
  await expect(forget({ aborted: true })).rejects.toBeInstanceOf(CancelledError);
});
