import * as path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { readModel } from '../../../../src/engine/formats';
import { newGraph } from '../../../../src/engine/ops/newGraph';
import { classifierOf, type Classifier } from '../../../../src/engine/classify/classifier';
import { floats, stridesOf, type Tensor } from '../../../../src/engine/graph/tensor';
import {
  lastConvolution,
  layerNamed,
  neuronLayers,
  secondToLastLayer,
  type NeuronLayer,
} from '../../../../src/engine/neurons/layers';
import { silenceNeurons } from '../../../../src/engine/repair/prune/silenceNeurons';
import { createOnnxRuntime } from '../../../../src/engine/runtime/onnxruntime';
import type { Runtime } from '../../../../src/engine/runtime/runtime';
import { nodeFiles } from '../../../../src/runner/files/nodeFiles';
import { noise } from '../../../support/runModel';
import { toyGraph } from '../../../support/toyModel';

const FIXTURES = path.join('test', 'fixtures');

let runtime: Runtime;
beforeAll(async () => {
  runtime = await createOnnxRuntime({ library: 'onnxruntime-node', provider: 'cpu', threads: 1 });
});

async function open(file: string): Promise<{ classifier: Classifier; layers: NeuronLayer[] }> {
  const model = await readModel(nodeFiles, path.join(FIXTURES, file));
  const classifier = classifierOf(model.graph, { height: 32, width: 32 });
  return { classifier, layers: neuronLayers(classifier, model.weights) };
}

/** The values that hold the neurons, for noise. */
async function valuesOf(classifier: Classifier, layers: readonly NeuronLayer[]): Promise<Tensor[]> {
  const { channels, height, width } = classifier.input;
  const dims = classifier.input.layout === 'NCHW' ? [2, channels, height, width] : [2, height, width, channels];
  const b = newGraph();
  const values = b.inline(classifier.graph, new Map([[classifier.input.name, b.input('x', dims)]]));
  const outputs = layers.map((layer, i) => [`y${i}`, values.get(layer.value)!] as const);
  const session = await runtime.compile(b.build(Object.fromEntries(outputs)));
  const results = await session.run(new Map([['x', noise(dims)]]));
  await session.dispose();
  return outputs.map(([name]) => results.get(name)!);
}

function channel(tensor: Tensor, axis: number, index: number): number[] {
  const stride = stridesOf(tensor.dims)[axis] ?? 1;
  return Array.from(floats(tensor)).filter((_, i) => Math.floor(i / stride) % tensor.dims[axis]! === index);
}

/** One of each architecture and exporter. */
const MODELS = [
  ...['keras-h5/mnist-cnn.h5', 'keras-h5/resnet-bn.h5', 'keras-h5/mobilenet.h5', 'keras-h5/channels-first.h5'],
  ...['keras-h5/keras1-theano-th.h5', 'keras-h5/activations.h5', 'keras-h5/norms.h5', 'keras-h5/nested.h5'],
  ...['keras-v3/resnet-bn.keras', 'keras-v3/mobilenet.keras', 'keras-v3/float16.keras'],
  ...[
    'onnx/resnet.onnx',
    'onnx/resnet-dynamo.onnx',
    'onnx/resnet-folded.onnx',
    'onnx/mobilenet.onnx',
    'onnx/fp16.onnx',
  ],
  ...[
    'onnx/fp16-cast-initializers.onnx',
    'onnx/densenet.onnx',
    'onnx/convnext.onnx',
    'onnx/vit.onnx',
    'onnx/matmul-add.onnx',
  ],
  ...['onnx/gemm-alpha-beta.onnx', 'onnx/nhwc-transpose.onnx', 'onnx/shuffle.onnx', 'onnx/arith.onnx'],
  ...['tfjs/mnist-cnn', 'tfjs/resnet-bn', 'tfjs/mobilenet'],
];

describe('neuronLayers', () => {
  it.each(MODELS)('finds weights in %s that silence a neuron, and that neuron alone', async (file) => {
    const { classifier, layers } = await open(file);
    const before = await valuesOf(classifier, layers);
    expect(layers.filter((layer) => layer.weights.length > 0).length).toBeGreaterThan(0);
    for (const [i, layer] of layers.entries()) {
      if (layer.weights.length === 0) continue;
      const neuron = Math.min(1, layer.neurons - 1);
      const weights = silenceNeurons(classifier.graph.initializers, layer, [neuron]);
      const graph = {
        ...classifier.graph,
        initializers: new Map([...classifier.graph.initializers, ...weights]),
      };
      const [after] = await valuesOf({ ...classifier, graph }, [layer]);
      expect(new Set(channel(after!, layer.axis, neuron).map(Math.abs)), layer.name).toEqual(new Set([0]));
      const filters = layer.weights.filter(
        (weight) => classifier.graph.initializers.get(weight.initializer)!.dims.length > 1,
      );
      // In a residual sum the neuron is silent before this block too, which the others notice.
      if (filters.length > 1) continue;
      for (const other of [0, 2].filter((index) => index < layer.neurons)) {
        const [now, then] = [channel(after!, layer.axis, other), channel(before[i]!, layer.axis, other)];
        // The last bits depend on how the runtime fuses the two graphs.
        expect(Math.max(...now.map((value, at) => Math.abs(value - then[at]!))), layer.name).toBeLessThan(1e-4);
      }
    }
  });

  it('leaves out the layer that gives the logits', async () => {
    const { layers } = await open('keras-h5/mnist-cnn.h5');
    expect(layers.map((layer) => [layer.kind, layer.neurons])).toMatchInlineSnapshot(`
      [
        [
          "convolution",
          6,
        ],
        [
          "convolution",
          7,
        ],
        [
          "dense",
          11,
        ],
      ]
    `);
    expect(secondToLastLayer(layers).kind).toBe('dense');
    expect(lastConvolution(layers).kind).toBe('convolution');
    expect(neuronLayers(classifierOf(toyGraph()))).toEqual([]);
    expect(() => secondToLastLayer([])).toThrow('no layer with neurons');
  });

  it('takes a residual sum for one layer with several members', async () => {
    const { layers } = await open('keras-h5/resnet-bn.h5');
    expect(layers.map(({ name, members }) => [name, members])).toMatchInlineSnapshot(`
      [
        [
          "conv1",
          [
            "conv1",
          ],
        ],
        [
          "block1_conv1",
          [
            "block1_conv1",
          ],
        ],
        [
          "block1_conv2",
          [
            "block1_conv2",
          ],
        ],
        [
          "block2_conv1",
          [
            "block2_conv1",
          ],
        ],
        [
          "block2_conv2",
          [
            "block2_short",
            "block2_conv2",
          ],
        ],
      ]
    `);
  });

  it('finds a layer by the name of any member', async () => {
    const { layers } = await open('keras-h5/mnist-cnn.h5');
    expect(layerNamed(layers, layers[0]!.name)).toBe(layers[0]);
    expect(() => layerNamed(layers, 'nonsense')).toThrow(layers[0]!.name);
  });
});
