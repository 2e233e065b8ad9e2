/** @file Older and newer opsets, checked against ONNX Runtime on the original file. */
import { describe, expect, it } from 'vitest';
import type { ModelFile } from '../../../../../src/engine/formats/format';
import { onnx } from '../../../../../src/engine/formats/onnx';
import { memoryFiles } from '../../../../support/memoryFiles';
import {
  floatTensor,
  graphMessage,
  intTensor,
  modelFile,
  type Message,
  type NodeSpec,
} from '../../../../support/onnxFile';
import { deviation, noise, runFile } from '../../../../support/runModel';

/** A model from `x` to `y`. */
interface Case {
  readonly title: string;
  readonly opset: number;
  readonly dims: readonly number[];
  readonly nodes: readonly NodeSpec[];
  readonly initializers?: readonly Message[];
}

/** One node from x to y. */
function single(
  op: string,
  attributes: NodeSpec['attributes'] = {},
  more: readonly string[] = [],
): readonly NodeSpec[] {
  return [{ op, inputs: ['x', ...more], outputs: ['y'], attributes, name: 'layer' }];
}

const CASES: readonly Case[] = [
  { title: 'Softmax 11 over the last axis', opset: 11, dims: [3, 5], nodes: single('Softmax') },
  { title: 'Softmax 11 over all axes from 1 on', opset: 11, dims: [2, 3, 2, 2], nodes: single('Softmax', { axis: 1 }) },
  { title: 'Softmax 12, negative axis', opset: 12, dims: [2, 3, 4], nodes: single('Softmax', { axis: -2 }) },
  { title: 'LogSoftmax 9', opset: 9, dims: [2, 3, 4], nodes: single('LogSoftmax', { axis: 2 }) },
  { title: 'Clip 6', opset: 10, dims: [2, 9], nodes: single('Clip', { min: { float: -0.5 }, max: { float: 1.25 } }) },
  { title: 'Clip 6, one bound', opset: 7, dims: [2, 9], nodes: single('Clip', { max: { float: 0.5 } }) },
  {
    title: 'Pad 2',
    opset: 10,
    dims: [1, 2, 3, 3],
    nodes: single('Pad', { pads: [0, 0, 1, 2, 0, 0, 0, 1], mode: 'constant', value: { float: 0.75 } }),
  },
  {
    title: 'Pad 2, reflect',
    opset: 9,
    dims: [1, 2, 4, 4],
    nodes: single('Pad', { pads: [0, 0, 1, 2, 0, 0, 0, 1], mode: 'reflect' }),
  },
  {
    title: 'Slice 1 to the end',
    opset: 9,
    dims: [2, 5, 6],
    nodes: single('Slice', { starts: [1, -3], ends: [9223372036854775807, 6], axes: [1, 2] }),
  },
  { title: 'Slice 1 without axes', opset: 7, dims: [2, 5], nodes: single('Slice', { starts: [0, 1], ends: [2, 4] }) },
  {
    title: 'Split 2',
    opset: 11,
    dims: [2, 6],
    nodes: [{ op: 'Split', inputs: ['x'], outputs: ['unused', 'y'], attributes: { axis: 1, split: [2, 4] } }],
  },
  {
    title: 'Split 13 in equal parts',
    opset: 13,
    dims: [2, 6],
    nodes: [{ op: 'Split', inputs: ['x'], outputs: ['unused', 'y'], attributes: { axis: 1 } }],
  },
  {
    title: 'Unsqueeze and Squeeze 11',
    opset: 11,
    dims: [2, 3],
    nodes: [
      { op: 'Unsqueeze', inputs: ['x'], outputs: ['a'], attributes: { axes: [1, 3] } },
      { op: 'Squeeze', inputs: ['a'], outputs: ['y'], attributes: { axes: [3] } },
    ],
  },
  { title: 'ReduceMean 13', opset: 13, dims: [2, 3, 4], nodes: single('ReduceMean', { axes: [1, 2], keepdims: 0 }) },
  { title: 'ReduceSum 11 of everything', opset: 11, dims: [2, 3, 4], nodes: single('ReduceSum') },
  { title: 'ReduceMax 12', opset: 12, dims: [2, 3, 4], nodes: single('ReduceMax', { axes: [-1] }) },
  {
    title: 'Upsample 7, nearest',
    opset: 8,
    dims: [1, 2, 3, 4],
    nodes: single('Upsample', { mode: 'nearest', scales: { floats: [1, 1, 2, 1.5] } }),
  },
  {
    title: 'Upsample 9, linear',
    opset: 9,
    dims: [1, 2, 3, 4],
    nodes: single('Upsample', { mode: 'linear' }, ['scales']),
    initializers: [floatTensor('scales', [4], [1, 1, 2, 3])],
  },
  {
    title: 'Resize 10, nearest, shrinking',
    opset: 10,
    dims: [1, 2, 7, 5],
    nodes: single('Resize', { mode: 'nearest' }, ['scales']),
    initializers: [floatTensor('scales', [4], [1, 1, 0.6, 0.5])],
  },
  {
    title: 'Resize 10, linear, shrinking',
    opset: 10,
    dims: [1, 2, 8, 6],
    nodes: single('Resize', { mode: 'linear' }, ['scales']),
    initializers: [floatTensor('scales', [4], [1, 1, 0.5, 0.75])],
  },
  {
    title: 'Resize 11 with empty tensors for absent inputs',
    opset: 11,
    dims: [1, 2, 3, 4],
    nodes: single('Resize', { mode: 'linear', coordinate_transformation_mode: 'half_pixel' }, [
      'none',
      'none',
      'sizes',
    ]),
    initializers: [floatTensor('none', [0], []), intTensor('sizes', [4], [1, 2, 6, 7])],
  },
  {
    title: 'BatchNormalization 7',
    opset: 7,
    dims: [2, 3, 2, 2],
    nodes: single('BatchNormalization', { epsilon: { float: 0.01 }, momentum: { float: 0.9 }, spatial: 1 }, [
      's',
      'b',
      'm',
      'v',
    ]),
    initializers: ['s', 'b', 'm', 'v'].map((name, i) => floatTensor(name, [3], [0.5 + i, 1, 2 - i * 0.25])),
  },
  {
    title: 'Dropout 7 with a mask nobody uses',
    opset: 7,
    dims: [2, 3],
    nodes: [{ op: 'Dropout', inputs: ['x'], outputs: ['y', 'mask'], attributes: { ratio: { float: 0.9 } } }],
  },
  {
    title: 'GroupNormalization 18',
    opset: 18,
    dims: [2, 6, 3, 2],
    nodes: single('GroupNormalization', { num_groups: 3, epsilon: { float: 0.001 } }, ['s', 'b']),
    initializers: [floatTensor('s', [3], [0.5, 1, 1.5]), floatTensor('b', [3], [1, -1, 0.25])],
  },
  {
    title: 'ConstantOfShape',
    opset: 13,
    dims: [2, 3],
    nodes: [
      { op: 'Shape', inputs: ['x'], outputs: ['shape'] },
      {
        op: 'ConstantOfShape',
        inputs: ['shape'],
        outputs: ['filled'],
        attributes: { value: { tensor: floatTensor('', [1], [1.5]) } },
      },
      { op: 'Mul', inputs: ['x', 'filled'], outputs: ['y'] },
    ],
  },
  { title: 'Swish 24', opset: 24, dims: [2, 5], nodes: single('Swish', { alpha: { float: 1.5 } }) },
  {
    title: 'Attention 23',
    opset: 23,
    dims: [2, 3, 4, 5],
    nodes: [
      { op: 'Mul', inputs: ['x', 'half'], outputs: ['k'] },
      { op: 'Attention', inputs: ['x', 'k', 'x'], outputs: ['y'] },
    ],
    initializers: [floatTensor('half', [], [0.5])],
  },
  {
    title: 'Attention 23 with a mask and a scale',
    opset: 23,
    dims: [1, 2, 3, 4],
    nodes: [
      { op: 'Attention', inputs: ['x', 'x', 'x', 'mask'], outputs: ['y'], attributes: { scale: { float: 0.3 } } },
    ],
    initializers: [floatTensor('mask', [3, 3], [0, -1, -9, 1, 0, 2, -3, 0, 0])],
  },
  {
    title: 'ScatterND of constants',
    opset: 16,
    dims: [2, 3, 4],
    nodes: [
      { op: 'ScatterND', inputs: ['zeros', 'indices', 'updates'], outputs: ['mask'] },
      { op: 'Add', inputs: ['x', 'mask'], outputs: ['y'] },
    ],
    initializers: [
      floatTensor('zeros', [3, 4], new Array<number>(12).fill(0)),
      intTensor('indices', [2, 1], [-1, 0]),
      floatTensor('updates', [2, 4], [1, 2, 3, 4, 5, 6, 7, 8]),
    ],
  },
  {
    title: 'AveragePool over the first of three axes',
    opset: 17,
    dims: [2, 1, 5, 3, 2],
    nodes: single('AveragePool', {
      kernel_shape: [3, 1, 1],
      strides: [2, 1, 1],
      pads: [1, 0, 0, 1, 0, 0],
      count_include_pad: 1,
    }),
  },
  {
    title: 'If that a shape decides',
    opset: 13,
    dims: [2, 1, 3],
    nodes: [
      { op: 'Shape', inputs: ['x'], outputs: ['shape'] },
      { op: 'Gather', inputs: ['shape', 'one'], outputs: ['size'], attributes: { axis: 0 } },
      { op: 'Equal', inputs: ['size', 'one'], outputs: ['condition'] },
      {
        op: 'If',
        inputs: ['condition'],
        outputs: ['y'],
        attributes: {
          then_branch: {
            graph: graphMessage({
              nodes: [
                {
                  op: 'Constant',
                  inputs: [],
                  outputs: ['axes'],
                  attributes: { value: { tensor: intTensor('', [1], [1]) } },
                },
                { op: 'Squeeze', inputs: ['x', 'axes'], outputs: ['squeezed'] },
              ],
              outputs: [{ name: 'squeezed' }],
            }),
          },
          else_branch: {
            graph: graphMessage({
              nodes: [{ op: 'Identity', inputs: ['x'], outputs: ['kept'] }],
              outputs: [{ name: 'kept' }],
            }),
          },
        },
      },
    ],
    initializers: [intTensor('one', [], [1])],
  },
];

async function read(file: Message): Promise<ModelFile> {
  return onnx.read(memoryFiles({ 'model.onnx': file }), 'model.onnx', {});
}

describe('opsets', () => {
  it.each(CASES)('$title', async ({ opset, dims, nodes, initializers = [] }) => {
    const file = modelFile({
      opset,
      nodes,
      initializers,
      inputs: [{ name: 'x', dims: ['batch', ...dims.slice(1)] }],
      outputs: [{ name: 'y' }],
    });
    const x = noise(dims);
    const expected = await runFile(file, x);
    expect(await deviation(await read(file), x, expected)).toBeLessThan(1e-5);
  });
});
