import { beforeAll, describe, expect, it } from 'vitest';
import { classifierOf } from '../../../../src/engine/classify/classifier';
import { float32 } from '../../../../src/engine/graph/tensor';
import { neuronLayers } from '../../../../src/engine/neurons/layers';
import { Gains } from '../../../../src/engine/repair/gains';
import { perturbNeurons } from '../../../../src/engine/repair/anp/perturbNeurons';
import { createOnnxRuntime } from '../../../../src/engine/runtime/onnxruntime';
import type { Runtime } from '../../../../src/engine/runtime/runtime';
import { RAW } from '../../../../src/engine/samples/preprocessing/preprocessing';
import { TrainingStep } from '../../../../src/engine/training/trainingStep';
import { toyImages } from '../../../support/toyModel';
import { BACKDOOR_NEURON, toyNetwork } from '../../../support/toyNetwork';

let runtime: Runtime;
beforeAll(async () => {
  runtime = await createOnnxRuntime({ library: 'onnxruntime-node', provider: 'cpu', threads: 1 });
});

/** Two channels, normalised and not. */
function convolutions() {
  const filters = float32([2, 1, 1, 1], Float32Array.from([1, 2]));
  const node = (op: string, name: string, inputs: string[], attributes = {}) => ({
    ...{ op, name, inputs, outputs: [name], attributes },
  });
  return classifierOf({
    inputs: [{ name: 'image', dtype: 'float32', dims: [null, 1, 2, 2] }],
    outputs: ['logits'],
    nodes: [
      node('Conv', 'normalised', ['image', 'f1', 'b1'], { kernel_shape: [1, 1] }),
      node('BatchNormalization', 'norm', ['normalised', 'scale', 'shift', 'mean', 'variance']),
      node('Relu', 'relu', ['norm']),
      node('Conv', 'plain', ['relu', 'f2', 'b2'], { kernel_shape: [1, 1] }),
      node('GlobalAveragePool', 'pool', ['plain']),
      node('Flatten', 'flat', ['pool']),
      node('Gemm', 'logits', ['flat', 'w'], { transB: 1 }),
    ],
    initializers: new Map([
      ['f1', filters],
      ['b1', float32([2], Float32Array.from([3, 4]))],
      ['scale', float32([2], Float32Array.from([5, 6]))],
      ['shift', float32([2], Float32Array.from([7, 8]))],
      ['mean', float32([2], new Float32Array(2))],
      ['variance', float32([2], Float32Array.from([1, 1]))],
      ['f2', float32([2, 2, 1, 1], Float32Array.from([1, 2, 3, 4]))],
      ['b2', float32([2], Float32Array.from([9, 10]))],
      ['w', float32([3, 2], Float32Array.from([1, 0, 0, 1, 1, 1]))],
    ]),
  });
}

describe('Gains', () => {
  it('multiplies scale and shift of a normalisation, elsewhere filter and bias, slice by slice', () => {
    const classifier = convolutions();
    const gains = new Gains(classifier, neuronLayers(classifier));
    expect(gains.neurons).toBe(4);
    const changed = gains.apply({
      gain: Float32Array.from([10, 1, 1, 100]),
      shift: Float32Array.from([1, 0, 0.5, 1]),
    });
    expect(Object.fromEntries([...changed].map(([name, values]) => [name, [...values]]))).toEqual({
      scale: [50, 6],
      shift: [7, 0],
      f2: [1, 2, 300, 400],
      b2: [4.5, 10],
    });
  });

  it('has the gradients by its factors that finite differences give', async () => {
    const classifier = classifierOf(toyNetwork());
    const gains = new Gains(classifier, neuronLayers(classifier));
    const { images, labels } = toyImages(32);
    const step = await TrainingStep.compile(runtime, classifier, RAW, gains.weights, 32);
    const factors = { gain: new Float32Array(gains.neurons).fill(0.9), shift: new Float32Array(gains.neurons).fill(1) };
    const run = (moved: typeof factors) => step.run(Float32Array.from(images), labels, gains.apply(moved));
    const { gain } = gains.gradient((await run(factors)).gradients);
    for (const neuron of [0, 4, 7]) {
      const lossAt = async (distance: number): Promise<number> => {
        const moved = factors.gain.slice();
        moved[neuron]! += distance;
        return (await run({ ...factors, gain: moved })).loss;
      };
      expect(((await lossAt(0.01)) - (await lossAt(-0.01))) / 0.02).toBeCloseTo(gain[neuron]!, 3);
    }
    await step.dispose();
  });
});

describe('perturbNeurons', () => {
  it('keeps the neurons that clean images need, and has no reason to keep the one of the backdoor', async () => {
    const classifier = classifierOf(toyNetwork());
    const job = { runtime, classifier, preprocessing: RAW, images: toyImages(160), layers: neuronLayers(classifier) };
    let updates = 0;
    const { masks, imagePasses } = await perturbNeurons({ ...job, seed: 1, onUpdate: (done) => (updates = done) });
    expect(masks).toHaveLength(BACKDOOR_NEURON + 1);
    for (const mask of masks) {
      expect(mask).toBeGreaterThanOrEqual(0);
      expect(mask).toBeLessThanOrEqual(1);
    }
    expect(imagePasses).toBe(2 * 32 * updates);
  });
});
