import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { describe, expect, it } from 'vitest';
import type { Value } from '../../../../src/engine/graph/nodeBuilder';
import { newGraph } from '../../../../src/engine/ops/newGraph';
import { gradientName } from '../../../../src/engine/graph/differentiate';
import { withGradients } from '../../../../src/engine/ops/newGraph';
import type { TypedGraph } from '../../../../src/engine/graph/graph';
import { float32, sizeOf, type Tensor } from '../../../../src/engine/graph/tensor';
import { blockConvolutions, isBlockable } from '../../../../src/engine/runtime/blockConvolutions';
import { createOnnxRuntime } from '../../../../src/engine/runtime/onnxruntime';
import { createTensorFlowRuntime } from '../../../../src/engine/runtime/tensorflow';
import { unrollConvolutions } from '../../../../src/engine/runtime/unrollConvolutions';
import { expectClose, generator } from '../../../support/operatorHarness';

/** Builds networks whose weights are inputs. */
class Network {
  readonly b = newGraph();
  readonly feeds = new Map<string, Tensor>();
  readonly weights: string[] = [];
  readonly #random = generator(11);

  uniform(dims: readonly number[], scale: number): Tensor {
    return float32(
      dims,
      Array.from({ length: sizeOf(dims) }, () => scale * (2 * this.#random() - 1)),
    );
  }

  fed(name: string, dims: readonly number[], scale: number): Value {
    const value = this.b.input(name, dims);
    this.feeds.set(value.name, this.uniform(dims, scale));
    return value;
  }

  weight(dims: readonly number[]): Value {
    const value = this.fed(`w${this.weights.length}`, dims, 1 / Math.sqrt(sizeOf(dims.slice(1))));
    this.weights.push(value.name);
    return value;
  }

  conv(x: Value, outputs: number, kernel: number, attributes: Record<string, number | number[]> = {}): Value {
    const group = Number(attributes.group ?? 1);
    const weights = this.weight([outputs, (x.dims[1] ?? 1) / group, kernel, kernel]);
    return this.b.op('Conv', [x, weights, this.weight([outputs])], attributes);
  }

  relu(x: Value): Value {
    return this.b.op('Relu', [x]);
  }

  pool(x: Value, op = 'MaxPool'): Value {
    return this.b.op(op, [x], { kernel_shape: [2, 2], strides: [2, 2] });
  }

  /** Σ y² as loss. */
  finish(y: Value): TypedGraph {
    return this.b.build({ y, loss: this.b.op('ReduceSum', [this.b.op('Mul', [y, y])], { keepdims: 0 }) });
  }
}

const SAME = { pads: [1, 1, 1, 1] };

const networks: Record<string, (net: Network) => Value> = {
  'convolutions, activations and pools of odd size': (net) => {
    let y = net.fed('x', [16, 3, 13, 15], 1);
    y = net.relu(net.conv(y, 16, 3, SAME));
    y = net.pool(net.relu(net.conv(y, 32, 3)));
    y = net.relu(net.conv(y, 16, 1));
    return net.b.op('Flatten', [net.pool(y, 'AveragePool')]);
  },
  'a residual block with strides and a depthwise convolution': (net) => {
    const x = net.relu(net.conv(net.fed('x', [16, 3, 8, 8], 1), 16, 3, SAME));
    const y = net.conv(net.relu(net.conv(x, 16, 3, SAME)), 16, 3, { ...SAME, group: 16 });
    const sum = net.relu(net.b.op('Add', [x, y]));
    const reduced = net.conv(sum, 32, 3, { ...SAME, strides: [2, 2] });
    return net.b.op('GlobalAveragePool', [net.relu(reduced)]);
  },
  'groups, dilation, a batch that is no multiple of the block': (net) => {
    const x = net.relu(net.conv(net.fed('x', [3, 2, 9, 8], 1), 32, 3, SAME));
    return net.relu(net.conv(net.conv(x, 64, 3, { group: 2 }), 32, 3, { dilations: [2, 2] }));
  },
  'channels that fill no block': (net) => {
    const x = net.relu(net.conv(net.fed('x', [2, 3, 8, 7], 1), 12, 3, SAME));
    return net.pool(net.relu(net.conv(x, 10, 3, { strides: [2, 1] })));
  },
  'a gradient large enough for strips': (net) => {
    const x = net.fed('x', [16, 9, 25, 25], 1);
    return net.b.op('GlobalAveragePool', [net.relu(net.conv(x, 64, 2))]);
  },
};

describe('training graphs', () => {
  it.each(Object.entries(networks))('%s: outputs and gradients agree with TensorFlow.js', async (_, build) => {
    const net = new Network();
    const graph = net.finish(build(net));
    const gradients = { loss: 'loss', wrt: [...net.weights, 'x'] };
    await tf.setBackend('cpu');
    const runtimes = [
      createTensorFlowRuntime(tf, 'tfjs cpu'),
      await createOnnxRuntime({ library: 'onnxruntime-node', provider: 'cpu', threads: 2 }),
    ];
    const [expected, actual] = await Promise.all(
      runtimes.map(async (runtime) => {
        const session = await runtime.compile(graph, gradients);
        const outputs = await session.run(net.feeds);
        await session.dispose();
        return outputs;
      }),
    );
    for (const name of ['y', ...gradients.wrt.map(gradientName)]) {
      expectClose(actual!.get(name)!, expected!.get(name)!, 2e-3, name);
    }
  });
});

describe('the blocked graph', () => {
  function blocked(build: (net: Network) => Value, block: number) {
    const net = new Network();
    const graph = withGradients(net.finish(build(net)), 'loss', net.weights);
    const unrolled = unrollConvolutions(graph, (node) => isBlockable(graph, node, block));
    return { graph, lowered: blockConvolutions(unrolled, block) };
  }
  const operators = (graph: { nodes: readonly { op: string }[] }, op: string): number =>
    graph.nodes.filter((node) => node.op === op).length;
  const plain = networks['convolutions, activations and pools of odd size']!;

  it('has no plain convolution left', () => {
    const { graph, lowered } = blocked(plain, 16);
    expect(operators(graph, 'Conv')).toBeGreaterThan(4);
    expect(operators(lowered, 'Conv')).toBe(0);
    expect(operators(lowered, 'com.microsoft.nchwc.Conv')).toBe(operators(graph, 'Conv'));
  });

  it('computes activations within the convolutions', () => {
    expect(operators(blocked(plain, 16).lowered, 'Relu')).toBeLessThan(3);
  });

  it('has none where the runtime has no blocks, and no convolution with the image as kernel either', () => {
    const { graph, lowered } = blocked(plain, 1);
    expect(operators(lowered, 'com.microsoft.nchwc.Conv')).toBe(0);
    expect(operators(lowered, 'Conv')).toBeLessThan(operators(graph, 'Conv'));
  });

  it('leaves graphs with constant weights to ONNX Runtime', () => {
    const b = newGraph();
    const x = b.input('x', [1, 16, 8, 8]);
    const graph = b.build({ y: b.op('Conv', [x, b.filled([16, 16, 3, 3], 1)]) });
    expect(blockConvolutions(graph, 16)).toBe(graph);
  });
});
