import { describe, expect, it } from 'vitest';
import { newGraph } from '../../../../src/engine/ops/newGraph';
import { gradientName } from '../../../../src/engine/graph/differentiate';
import type { Attributes } from '../../../../src/engine/graph/graph';
import { float32, floats, sizeOf } from '../../../../src/engine/graph/tensor';
import { createOnnxRuntime } from '../../../../src/engine/runtime/onnxruntime';
import { cases } from '../../../support/cases/pooling';
import { describeOperators } from '../../../support/describeOperators';
import { expectMalformed, expectUnsupported, type Refused } from '../../../support/refusal';

describeOperators('pooling', cases);

const runtime = createOnnxRuntime({ library: 'onnxruntime-node', provider: 'cpu', threads: 1 });

/** ∂(Σ y)/∂x */
async function gradient(op: string, dims: readonly number[], x: ArrayLike<number>, attributes: Attributes = {}) {
  const b = newGraph();
  const y = b.op(op, [b.input('x', dims)], attributes);
  const loss = b.op('ReduceSum', [y], { keepdims: 0 });
  const session = await (await runtime).compile(b.build({ loss }), { loss: 'loss', wrt: ['x'] });
  const outputs = await session.run(new Map([['x', float32(dims, Float32Array.from(x))]]));
  await session.dispose();
  return [...floats(outputs.get(gradientName('x'))!)];
}

const tiles = { kernel_shape: [2, 2], strides: [2, 2] };

describe('tied maxima get one gradient together', () => {
  it.each([
    ['all four', [3, 3, 3, 3], [0.25, 0.25, 0.25, 0.25]],
    ['three', [3, 1, 3, 3], [1 / 3, 0, 1 / 3, 1 / 3]],
    ['two', [-1, -5, -5, -1], [0.5, 0, 0, 0.5]],
    ['none', [0, 0, 0, 1e-30], [0, 0, 0, 1]],
    ['zeros', [0, 0, -1, 0], [1 / 3, 1 / 3, 0, 1 / 3]],
    ['neighbouring numbers', [1, 1 + 2 ** -23, 1, 1], [0, 1, 0, 0]],
    ['large numbers', [1e30, -1e30, 1e30, 0], [0.5, 0, 0.5, 0]],
    ['tiny numbers', [1e-37, 2e-37, 0, -3e-37], [0, 1, 0, 0]],
  ])('%s of a tile', async (_, x, expected) => {
    const channels = [1, 3, 16];
    for (const c of channels) {
      const repeated = Array.from({ length: c }, () => x).flat();
      const actual = await gradient('MaxPool', [1, c, 2, 2], repeated, tiles);
      actual.forEach((value, i) => {
        expect(value).toBeCloseTo(expected[i % 4]!, 6);
      });
    }
  });

  it.each<[string, number[], Attributes]>([
    ['tiles', [2, 16, 6, 8], tiles],
    ['odd tiles', [2, 3, 7, 5], tiles],
    ['overlap', [1, 3, 7, 7], { kernel_shape: [3, 3], strides: [2, 2] }],
    ['overlap with pads', [1, 16, 8, 8], { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] }],
    ['stride 1 with pads', [1, 2, 5, 5], { kernel_shape: [3, 3], pads: [1, 1, 1, 1] }],
  ])('a constant image gets as much as there are windows: %s', async (_, dims, attributes) => {
    for (const value of [0, -7, 0.3]) {
      const b = newGraph();
      const windows = sizeOf(b.op('MaxPool', [b.input('x', dims)], attributes).dims);
      const actual = await gradient('MaxPool', dims, new Float32Array(sizeOf(dims)).fill(value), attributes);
      expect(actual.reduce((sum, slope) => sum + slope, 0)).toBeCloseTo(windows, 2);
      expect(Math.min(...actual)).toBeGreaterThanOrEqual(0);
    }
  });

  it('padding takes no part, although it reads as 0', async () => {
    const attributes = { kernel_shape: [3, 3], pads: [1, 1, 1, 1], strides: [2, 2] };
    expect(await gradient('MaxPool', [1, 1, 1, 1], [0], attributes)).toEqual([1]);
    expect(await gradient('MaxPool', [1, 1, 2, 2], [-1, -1, -1, -1], attributes)).toEqual([1, 0, 0, 0]);
  });

  it('GlobalMaxPool splits evenly', async () => {
    expect(await gradient('GlobalMaxPool', [1, 2, 2, 2], [1, 2, 2, 0, 5, 5, 5, 5])).toEqual([
      0, 0.5, 0.5, 0, 0.25, 0.25, 0.25, 0.25,
    ]);
  });
});

const x = [1, 2, 6, 6];

const malformed: readonly Refused[] = [
  ['MaxPool', 'no kernel_shape', [x], {}, 'attribute "kernel_shape" is wrong'],
  ['MaxPool', 'an empty kernel', [x], { kernel_shape: [0, 2] }, 'attribute "kernel_shape" is wrong'],
  ['AveragePool', 'a kernel of another rank', [x], { kernel_shape: [2] }, 'attribute "kernel_shape" is wrong'],
  ['AveragePool', 'a kernel larger than the image', [x], { kernel_shape: [7, 2] }, 'the window does not fit the input'],
  ['MaxPool', 'strides of another rank', [x], { kernel_shape: [2, 2], strides: [2] }, 'attribute "strides" is wrong'],
  ['MaxPool', 'a vector', [[1, 6]], { kernel_shape: [2] }, 'a shape does not fit'],
  ['GlobalAveragePool', 'a vector', [[1, 6]], {}, 'a shape does not fit'],
  ['GlobalMaxPool', 'no input', [], {}, 'an input is missing'],
];

const unsupported: readonly Refused[] = [
  ['MaxPool', 'volumes', [[1, 2, 6, 6, 6]], { kernel_shape: [2, 2, 2] }, 'MaxPool over 3 axes is not supported'],
  ['AveragePool', 'an unknown auto_pad', [x], { kernel_shape: [2, 2], auto_pad: 'SOME' }, 'auto_pad "SOME" is not'],
];

describe('pools that are refused', () => {
  it.each(malformed)('%s: %s', (...refused) => {
    expectMalformed(refused);
  });

  it.each(unsupported)('%s: %s', (...refused) => {
    expectUnsupported(refused);
  });
});

it('MaxPool may name the positions of the maxima', () => {
  const b = newGraph();
  const outputs = b.ops('MaxPool', [b.input('x', x)], { kernel_shape: [2, 2] }, { outputs: 2 });
  expect(outputs.map(({ dtype, dims }) => [dtype, dims])).toEqual([
    ['float32', [1, 2, 5, 5]],
    ['int64', [1, 2, 5, 5]],
  ]);
});

it('ceil_mode leaves out a window that would start behind the image', () => {
  const b = newGraph();
  const attributes = { kernel_shape: [1, 2], strides: [3, 3], pads: [0, 0, 0, 1], ceil_mode: 1 };
  expect(b.op('MaxPool', [b.input('x', [1, 2, 4, 5])], attributes).dims).toEqual([1, 2, 2, 2]);
});
