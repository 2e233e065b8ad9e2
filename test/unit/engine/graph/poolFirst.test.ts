import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { describe, expect, it } from 'vitest';
import type { GraphBuilder } from '../../../../src/engine/graph/builder';
import type { Value } from '../../../../src/engine/graph/nodeBuilder';
import { newGraph, specialize } from '../../../../src/engine/ops/newGraph';
import { gradientName } from '../../../../src/engine/graph/differentiate';
import type { TypedGraph } from '../../../../src/engine/graph/graph';
import { poolFirst } from '../../../../src/engine/graph/poolFirst';
import { float32, sizeOf, type Tensor } from '../../../../src/engine/graph/tensor';
import { createOnnxRuntime } from '../../../../src/engine/runtime/onnxruntime';
import type { Runtime } from '../../../../src/engine/runtime/runtime';
import { createTensorFlowRuntime } from '../../../../src/engine/runtime/tensorflow';
import { expectClose, generator } from '../../../support/operatorHarness';

const random = generator(5);
const uniform = (dims: readonly number[], scale: number): Tensor =>
  float32(
    dims,
    Array.from({ length: sizeOf(dims) }, () => scale * (2 * random() - 1)),
  );

const TILES = { kernel_shape: [2, 2], strides: [2, 2] };

/** Convolutions, activations and pools with odd sizes, channels for the blocked layout, and a first layer of few. */
function network(activation: (b: GraphBuilder, x: Value) => Value): TypedGraph {
  const b = newGraph();
  let value = b.input('x', [3, 3, 19, 18]);
  let channels = 3;
  for (const outputs of [16, 32]) {
    for (const pads of [
      [1, 1, 1, 1],
      [0, 0, 0, 0],
    ]) {
      const weights = uniform([outputs, channels, 3, 3], 1 / Math.sqrt(3 * channels));
      value = b.op('Conv', [value, b.constant(weights), b.constant(uniform([outputs], 0.3))], { pads });
      value = activation(b, value);
      channels = outputs;
    }
    value = b.op('MaxPool', [value], TILES);
  }
  const flat = b.op('Flatten', [value]);
  const width = flat.dims[1] ?? 1;
  const logits = b.op('Gemm', [flat, b.constant(uniform([5, width], 0.2))], { transB: 1 });
  const loss = b.op('ReduceSum', [b.op('Mul', [b.op('LogSoftmax', [logits]), b.constant(uniform([3, 5], 1))])], {
    keepdims: 0,
  });
  return b.build({ logits, loss });
}

async function results(runtime: Runtime, graph: TypedGraph, x: Tensor): Promise<ReadonlyMap<string, Tensor>> {
  const session = await runtime.compile(graph, { loss: 'loss', wrt: ['x'] });
  try {
    return await session.run(new Map([['x', x]]));
  } finally {
    await session.dispose();
  }
}

const pooledFirst = (graph: TypedGraph): TypedGraph =>
  specialize(poolFirst(graph), new Map(graph.inputs.map(({ name, dims }) => [name, dims])));

describe('pooling before the activation', () => {
  it.each<[string, (b: GraphBuilder, x: Value) => Value]>([
    ['Relu', (b, x) => b.op('Relu', [x])],
    ['LeakyRelu', (b, x) => b.op('LeakyRelu', [x], { alpha: 0.1 })],
    ['Clip', (b, x) => b.op('Clip', [x, b.scalar(-0.1), b.scalar(0.5)])],
    ['Tanh', (b, x) => b.op('Tanh', [x])],
  ])('%s: same logits, same gradient, and both agree with TensorFlow.js', async (op, activation) => {
    const graph = network(activation);
    const moved = pooledFirst(graph);
    expect(moved.nodes.map((node) => node.op).join()).toContain(`Conv,MaxPool,${op}`);
    const x = uniform([3, 3, 19, 18], 1);
    const onnx = await createOnnxRuntime({ library: 'onnxruntime-node', provider: 'cpu', threads: 2 });
    await tf.setBackend('cpu');
    const expected = await results(createTensorFlowRuntime(tf, 'tfjs cpu'), graph, x);
    for (const actual of [await results(onnx, graph, x), await results(onnx, moved, x)]) {
      for (const name of ['logits', 'loss', gradientName('x')]) {
        expectClose(actual.get(name)!, expected.get(name)!, 1e-4, name);
      }
    }
  });
});

describe('what is moved', () => {
  function operators(build: (b: GraphBuilder, x: Value) => Record<string, Value>): string[] {
    const b = newGraph();
    const graph = b.build(build(b, b.input('x', [1, 2, 4, 4])));
    return poolFirst(graph).nodes.map((node) => node.op);
  }
  const pool = (b: GraphBuilder, x: Value): Value => b.op('MaxPool', [x], TILES);

  it('an activation that only the pool reads', () => {
    expect(operators((b, x) => ({ y: pool(b, b.op('Relu', [x])) }))).toEqual(['MaxPool', 'Relu', 'Identity']);
  });

  it('not one that something else reads', () => {
    const shared = operators((b, x) => {
      const active = b.op('Relu', [x]);
      return { y: pool(b, active), z: b.op('Exp', [active]) };
    });
    expect(shared.slice(0, 2)).toEqual(['Relu', 'MaxPool']);
  });

  it('not one that may decrease', () => {
    for (const op of ['Abs', 'Gelu', 'HardSwish']) {
      expect(operators((b, x) => ({ y: pool(b, b.op(op, [x])) })).slice(0, 2)).toEqual([op, 'MaxPool']);
    }
    const falling = operators((b, x) => ({ y: pool(b, b.op('LeakyRelu', [x], { alpha: -0.5 })) }));
    expect(falling.slice(0, 2)).toEqual(['LeakyRelu', 'MaxPool']);
  });

  it('not before an average', () => {
    const averaged = operators((b, x) => ({ y: b.op('AveragePool', [b.op('Relu', [x])], TILES) }));
    expect(averaged.slice(0, 2)).toEqual(['Relu', 'AveragePool']);
  });
});
