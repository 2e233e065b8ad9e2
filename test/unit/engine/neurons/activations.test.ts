import { beforeAll, describe, expect, it } from 'vitest';
import { classifierOf } from '../../../../src/engine/classify/classifier';
import type { Graph } from '../../../../src/engine/graph/graph';
import { float32 } from '../../../../src/engine/graph/tensor';
import { ActivationMeter, columnMeans } from '../../../../src/engine/neurons/activations';
import { neuronLayers } from '../../../../src/engine/neurons/layers';
import { createOnnxRuntime } from '../../../../src/engine/runtime/onnxruntime';
import type { Runtime } from '../../../../src/engine/runtime/runtime';
import { RAW } from '../../../../src/engine/samples/preprocessing/preprocessing';

let runtime: Runtime;
beforeAll(async () => {
  runtime = await createOnnxRuntime({ library: 'onnxruntime-node', provider: 'cpu', threads: 1 });
});

/** Two 1×1 filters on grey 2×2 images, +1 and −1, ReLU; then a dense unit for each class. */
const graph: Graph = {
  inputs: [{ name: 'image', dtype: 'float32', dims: [null, 1, 2, 2] }],
  outputs: ['logits'],
  nodes: [
    { op: 'Conv', name: 'conv', inputs: ['image', 'filters'], outputs: ['conv'], attributes: {} },
    { op: 'Relu', name: 'relu', inputs: ['conv'], outputs: ['relu'], attributes: {} },
    { op: 'Flatten', name: 'flat', inputs: ['relu'], outputs: ['flat'], attributes: {} },
    { op: 'Gemm', name: 'dense', inputs: ['flat', 'weight'], outputs: ['logits'], attributes: {} },
  ],
  initializers: new Map([
    ['filters', float32([2, 1, 1, 1], [1, -1])],
    ['weight', float32([8, 2], new Float32Array(16).fill(1))],
  ]),
};

describe('ActivationMeter', () => {
  it('averages a channel over the image, after the activation, for every image of several batches', async () => {
    const classifier = classifierOf(graph);
    const meter = await ActivationMeter.compile(runtime, classifier, RAW, neuronLayers(classifier));
    const count = 70;
    const images = new Uint8Array(4 * count).map((_, i) => (i % 4 === 0 ? i >> 2 : 0));
    const [values] = await meter.perImage({ images, count });
    expect(Array.from(values!)).toEqual(Array.from({ length: count }, (_, i) => [i / 4, 0]).flat());
    const [stamped] = await meter.means({ images, count }, (image) => image.fill(-3));
    expect(Array.from(stamped!)).toEqual([0, 3]);
    await meter.dispose();
  });
});

describe('columnMeans', () => {
  it('averages rows', () => {
    expect(Array.from(columnMeans(Float32Array.from([1, 2, 3, 5, 6, 7]), 3))).toEqual([3, 4, 5]);
  });
});
