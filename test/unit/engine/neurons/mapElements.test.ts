import * as path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { readModel } from '../../../../src/engine/formats';
import { newGraph } from '../../../../src/engine/ops/newGraph';
import { classifierOf, type Classifier } from '../../../../src/engine/classify/classifier';
import { floats, float32, type Tensor } from '../../../../src/engine/graph/tensor';
import { withWeights } from '../../../../src/engine/classify/withWeights';
import { lastConvolution, neuronLayers, type NeuronLayer } from '../../../../src/engine/neurons/layers';
import { mapElements } from '../../../../src/engine/neurons/mapElements';
import { silenceNeurons } from '../../../../src/engine/repair/prune/silenceNeurons';
import { createOnnxRuntime } from '../../../../src/engine/runtime/onnxruntime';
import type { Runtime } from '../../../../src/engine/runtime/runtime';
import { nodeFiles } from '../../../../src/runner/files/nodeFiles';
import { noise } from '../../../support/runModel';

let runtime: Runtime;
beforeAll(async () => {
  runtime = await createOnnxRuntime({ library: 'onnxruntime-node', provider: 'cpu', threads: 1 });
});

async function open(file: string) {
  const model = await readModel(nodeFiles, path.join('test', 'fixtures', file));
  const classifier = classifierOf(model.graph);
  const layers = neuronLayers(classifier, model.weights);
  return { classifier, layers, writable: model.weights };
}

function batchOf({ layout, channels, height, width }: Classifier['input']): number[] {
  return layout === 'NCHW' ? [3, channels, height, width] : [3, height, width, channels];
}

/** Logits for noise, with some elements of the value, along its last axis, multiplied by zero instead of pruned. */
async function masked({ graph, input, logits }: Classifier, layer: NeuronLayer, silent: readonly number[]) {
  const dims = batchOf(input);
  const mask = float32(
    [1, layer.neurons],
    Float32Array.from({ length: layer.neurons }, (_, i) => (silent.includes(i) ? 0 : 1)),
  );
  const nodes = graph.nodes.flatMap((node) => [
    { ...node, inputs: node.inputs.map((name) => (name === layer.value ? 'kept' : name)) },
    ...(node.outputs[0] === layer.value
      ? [{ op: 'Mul', name: 'keep', inputs: [layer.value, 'mask'], outputs: ['kept'], attributes: {} }]
      : []),
  ]);
  return run(
    { ...graph, nodes, initializers: new Map([...graph.initializers, ['mask', mask]]) },
    input.name,
    dims,
    logits,
  );
}

async function run(
  graph: Classifier['graph'],
  input: string,
  dims: readonly number[],
  output: string,
): Promise<Tensor> {
  const b = newGraph();
  const values = b.inline(graph, new Map([[input, b.input('x', dims)]]));
  const session = await runtime.compile(b.build({ y: values.get(output)! }));
  const result = (await session.run(new Map([['x', noise(dims)]]))).get('y')!;
  await session.dispose();
  return result;
}

describe('mapElements', () => {
  it.each([
    'keras-h5/mnist-cnn.h5',
    'keras-v3/mnist-cnn.keras',
    'tfjs/mnist-cnn',
    'onnx/cnn-opset13.onnx',
    'onnx/view-shape.onnx',
  ])('silences single elements of the last convolution of %s', async (file) => {
    const { classifier, layers, writable } = await open(file);
    const channels = lastConvolution(layers);
    const elements = mapElements(classifier, channels, writable)!;
    expect(elements.name).toBe(channels.name);
    expect(elements.neurons % channels.neurons).toBe(0);
    const silent = [1, elements.neurons - 2];
    const pruned = withWeights(classifier, silenceNeurons(classifier.graph.initializers, elements, silent));
    const { input, logits } = classifier;
    const dims = batchOf(input);
    const got = floats(await run(pruned.graph, input.name, dims, logits));
    const want = floats(await masked(classifier, elements, silent));
    const before = floats(await run(classifier.graph, input.name, dims, logits));
    expect(Math.max(...got.map((value, i) => Math.abs(value - want[i]!)))).toBeLessThan(1e-4);
    expect(Math.max(...got.map((value, i) => Math.abs(value - before[i]!)))).toBeGreaterThan(1e-3);
  });

  it.each(['keras-h5/resnet-bn.h5', 'onnx/mobilenet.onnx'])(
    'leaves the channels of %s, which averages its map',
    async (file) => {
      const { classifier, layers, writable } = await open(file);
      expect(mapElements(classifier, lastConvolution(layers), writable)).toBeUndefined();
    },
  );

  it('leaves convolutions that another one reads, dense layers, and weights that cannot be written', async () => {
    const { classifier, layers, writable } = await open('keras-h5/mnist-cnn.h5');
    expect(mapElements(classifier, layers[0]!, writable)).toBeUndefined();
    expect(mapElements(classifier, layers.at(-1)!, writable)).toBeUndefined();
    expect(mapElements(classifier, lastConvolution(layers), new Set())).toBeUndefined();
  });
});
