import { beforeAll, expect, it } from 'vitest';
import { classifierOf } from '../../../../src/engine/classify/classifier';
import { floats } from '../../../../src/engine/graph/tensor';
import { createOnnxRuntime } from '../../../../src/engine/runtime/onnxruntime';
import type { Runtime } from '../../../../src/engine/runtime/runtime';
import { RAW } from '../../../../src/engine/samples/preprocessing/preprocessing';
import { Trainer, TRAINING_ADAM } from '../../../../src/engine/training/trainer';
import { TrainingStep } from '../../../../src/engine/training/trainingStep';
import { TOY, toyGraph, toyImages } from '../../../support/toyModel';

const BATCH = 32;
const { images, labels } = toyImages(BATCH);
const batch = Float32Array.from(images);
const classifier = classifierOf(toyGraph());
const weights = floats(classifier.graph.initializers.get('weight')!);

let runtime: Runtime;
beforeAll(async () => {
  runtime = await createOnnxRuntime({ library: 'onnxruntime-node', provider: 'cpu', threads: 1 });
});

it('computes the weight gradients that finite differences give', async () => {
  const step = await TrainingStep.compile(runtime, classifier, RAW, ['weight'], BATCH);
  const lossAt = async (index: number, delta: number) => {
    const moved = weights.slice();
    moved[index]! += delta;
    return (await step.run(batch, labels, new Map([['weight', moved]]))).loss;
  };
  const { gradients } = await step.run(batch, labels, new Map([['weight', weights]]));
  const gradient = gradients.get('weight')!;
  for (const index of [0, 9, 70, 200, 511]) {
    const numeric = ((await lossAt(index, 0.05)) - (await lossAt(index, -0.05))) / 0.1;
    expect(numeric).toBeCloseTo(gradient[index]!, 4);
  }
  await step.dispose();
});

it('computes the image gradient that finite differences give, where it is asked for', async () => {
  const step = await TrainingStep.compile(runtime, classifier, RAW, ['weight'], BATCH, { imageGradient: true });
  const known = new Map([['weight', weights]]);
  const { imageGradient } = await step.run(batch, labels, known);
  for (const index of [0, 70, 2000]) {
    const lossAt = async (delta: number) => {
      const moved = batch.slice();
      moved[index]! += delta;
      return (await step.run(moved, labels, known)).loss;
    };
    expect((await lossAt(8)) - (await lossAt(-8))).toBeCloseTo(16 * imageGradient[index]!, 4);
  }
  await step.dispose();
});

it('lowers the loss and leaves the model it started from alone', async () => {
  const before = weights.slice();
  const trainer = await Trainer.create(runtime, classifier, RAW, ['weight'], { batch: BATCH, adam: TRAINING_ADAM });
  const first = await trainer.train(batch, labels);
  let last = first;
  for (let update = 0; update < 30; update++) last = await trainer.train(batch, labels);
  expect(last.loss).toBeLessThan(0.98 * first.loss);
  expect(weights).toEqual(before);
  await trainer.dispose();
});

/** The toy model with drop-out on its pixels, or on its image in channels-last layout. */
function toyWithDropout(channelsLast: boolean) {
  const graph = toyGraph();
  const [scaled, flat, ...rest] = graph.nodes;
  const drop = { op: 'Dropout', name: 'drop', inputs: ['scaled'], outputs: ['dropped'], attributes: {} };
  const nodes = [scaled!, drop, { ...flat!, inputs: ['dropped'] }, ...rest];
  const dims = [null, TOY.height, TOY.width, 1];
  const [image] = graph.inputs;
  return classifierOf({ ...graph, nodes, inputs: channelsLast ? [{ ...image!, dims }] : graph.inputs });
}

it.each([false, true])('multiplies by the drop-out masks it is fed, channels last: %s', async (channelsLast) => {
  const step = await TrainingStep.compile(runtime, toyWithDropout(channelsLast), RAW, ['weight'], BATCH, {
    dropout: true,
  });
  const mask = step.maskTypes.get('drop')!;
  expect(mask.dims).toEqual(channelsLast ? [BATCH, 8, 8, 1] : [BATCH, 1, 8, 8]);
  const lossWith = async (value: number) => {
    const masks = new Map([['drop', new Float32Array(BATCH * 64).fill(value)]]);
    return (await step.run(batch, labels, new Map([['weight', weights]]), masks)).loss;
  };
  // Without any pixel all classes are alike; with all of them the loss is that of evaluation.
  expect(await lossWith(0)).toBeCloseTo(Math.log(TOY.classes), 5);
  const evaluation = await TrainingStep.compile(runtime, classifier, RAW, ['weight'], BATCH);
  const { loss } = await evaluation.run(batch, labels, new Map([['weight', weights]]));
  expect(await lossWith(1)).toBeCloseTo(loss, 5);
  await step.dispose();
  await evaluation.dispose();
});
