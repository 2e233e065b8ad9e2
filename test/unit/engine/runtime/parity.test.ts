/** @file ONNX Runtime with our gradients against TensorFlow.js with its own, on every model fixture. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/register_all_gradients';
import '@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops';
import '@tensorflow/tfjs-backend-cpu';
import { beforeAll, describe, expect, it } from 'vitest';
import { TriggerStep, type TriggerStepInputs } from '../../../../src/engine/detect/invert/triggerStep';
import { readModel } from '../../../../src/engine/formats';
import { specialize } from '../../../../src/engine/ops/newGraph';
import { classifierOf, type Classifier } from '../../../../src/engine/classify/classifier';
import { float32, floats, sizeOf, type Tensor } from '../../../../src/engine/graph/tensor';
import { Random } from '../../../../src/engine/support/random';
import { createOnnxRuntime } from '../../../../src/engine/runtime/onnxruntime';
import type { Runtime } from '../../../../src/engine/runtime/runtime';
import { createTensorFlowRuntime } from '../../../../src/engine/runtime/tensorflow';
import { UNIT } from '../../../../src/engine/samples/preprocessing/preprocessing';
import { nodeFiles } from '../../../../src/runner/files/nodeFiles';

const FIXTURES = path.join(import.meta.dirname, '../../../fixtures');
const BATCH = 2;

const models = [
  ...['keras-h5', 'keras-v3', 'onnx'].flatMap((folder) =>
    fs
      .readdirSync(path.join(FIXTURES, folder))
      .filter((name) => /\.(h5|keras|onnx)$/.test(name))
      .map((name) => `${folder}/${name}`),
  ),
  ...fs.readdirSync(path.join(FIXTURES, 'tfjs')).map((name) => `tfjs/${name}/model.json`),
];

let onnx: Runtime;
let tensorflow: Runtime;
beforeAll(async () => {
  await tf.setBackend('cpu');
  onnx = await createOnnxRuntime({ library: 'onnxruntime-node', provider: 'cpu', threads: 1 });
  tensorflow = createTensorFlowRuntime(tf, 'tfjs cpu');
});

async function classifier(name: string): Promise<Classifier> {
  const file = path.join(FIXTURES, name);
  const architecture = file.replace(/(\.weights)?\.h5$/, '.architecture.json');
  const weightsOnly = architecture !== file && fs.existsSync(architecture);
  const { graph } = await readModel(nodeFiles, file, weightsOnly ? { architecture } : {});
  return classifierOf(graph, { height: 16, width: 16 });
}

/** Largest difference, relative to the largest magnitude above 1. */
function deviation(a: Float32Array, b: Float32Array): number {
  expect(a.length).toBe(b.length);
  const scale = a.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0) / scale;
}

describe.each(models)('%s', (name) => {
  it('has the same output in both runtimes', async () => {
    const { graph, input } = await classifier(name);
    const { layout, channels, height, width } = input;
    const dims = layout === 'NCHW' ? [BATCH, channels, height, width] : [BATCH, height, width, channels];
    const random = new Random(1);
    const image = float32(
      dims,
      Array.from({ length: sizeOf(dims) }, () => random.uniform()),
    );
    const typed = specialize(graph, new Map([[input.name, dims]]));
    const run = async (runtime: Runtime): Promise<ReadonlyMap<string, Tensor>> => {
      const session = await runtime.compile(typed);
      const outputs = await session.run(new Map([[input.name, image]]));
      await session.dispose();
      return outputs;
    };
    const [ours, theirs] = [await run(onnx), await run(tensorflow)];
    for (const [output, tensor] of ours) {
      expect(deviation(floats(tensor), floats(theirs.get(output)!))).toBeLessThanOrEqual(1e-4);
    }
  });

  it('has the same trigger gradients in both runtimes', async () => {
    const model = await classifier(name);
    const { channels, height, width } = model.input;
    const random = new Random(2);
    const draw = (length: number, scale: number): Float32Array =>
      Float32Array.from({ length }, () => scale * random.uniform());
    const inputs: TriggerStepInputs = {
      images: draw(BATCH * channels * height * width, 255),
      maskVariable: draw(height * width, 1),
      patternVariable: draw(channels * height * width, 1),
      targets: [1],
      lambdas: Float32Array.of(1e-3),
    };
    const run = async (runtime: Runtime) => {
      const step = await TriggerStep.compile(runtime, model, UNIT, { labels: 1, batch: BATCH }, 'cross-entropy');
      const outputs = await step.run(inputs);
      await step.dispose();
      return outputs;
    };
    const [ours, theirs] = [await run(onnx), await run(tensorflow)];
    expect(deviation(ours.crossEntropy, theirs.crossEntropy)).toBeLessThanOrEqual(1e-4);
    expect(deviation(ours.maskGradient, theirs.maskGradient)).toBeLessThanOrEqual(1e-3);
    expect(deviation(ours.patternGradient, theirs.patternGradient)).toBeLessThanOrEqual(1e-3);
  });
});
