/** @file Operator cases: convolutions. */
import type { Attributes } from '../../../src/engine/graph/graph';
import type { CaseInput, OperatorCase } from '../operatorHarness';

interface Geometry {
  readonly title: string;
  /** Shape of x. */
  readonly x: readonly number[];
  readonly weights: readonly number[];
  readonly attributes?: Attributes;
  readonly bias?: boolean;
}

/** Each geometry twice: weights as inputs (training) and as constants (inversion), which take different gradient graphs. */
function bothWays(op: string, { title, x, weights, attributes = {}, bias = false }: Geometry): OperatorCase[] {
  const outputs = op === 'Conv' ? (weights[0] ?? 1) : (weights[1] ?? 1) * Number(attributes.group ?? 1);
  const inputs = (frozen: boolean): CaseInput[] => {
    const parameter = (dims: readonly number[]): CaseInput => (frozen ? { dims, frozen } : { dims });
    return [{ dims: x }, parameter(weights), ...(bias ? [parameter([outputs])] : [])];
  };
  return [
    { op, title, inputs: inputs(false), attributes, tolerance: 1e-3 },
    { op, title: `${title}, frozen weights`, inputs: inputs(true), attributes, tolerance: 1e-3 },
  ];
}

const conv: readonly Geometry[] = [
  { title: '1×1', x: [2, 3, 4, 5], weights: [4, 3, 1, 1], bias: true },
  { title: '3×3', x: [2, 3, 5, 6], weights: [4, 3, 3, 3], bias: true },
  { title: '3×3 to one pixel', x: [2, 3, 3, 3], weights: [4, 3, 3, 3] },
  { title: 'pads', x: [2, 2, 4, 5], weights: [3, 2, 3, 3], attributes: { pads: [1, 1, 1, 1] } },
  { title: 'unequal pads', x: [2, 2, 4, 5], weights: [3, 2, 3, 2], attributes: { pads: [0, 1, 2, 0] } },
  { title: 'more padding than kernel', x: [1, 2, 4, 4], weights: [3, 2, 2, 2], attributes: { pads: [2, 3, 1, 2] } },
  {
    title: 'more padding than a wide kernel',
    x: [1, 10, 4, 4],
    weights: [3, 10, 2, 2],
    attributes: { pads: [2, 3, 1, 2] },
  },
  { title: 'SAME_UPPER, even kernel', x: [2, 2, 5, 6], weights: [3, 2, 2, 4], attributes: { auto_pad: 'SAME_UPPER' } },
  { title: 'SAME_LOWER, even kernel', x: [2, 2, 5, 6], weights: [3, 2, 2, 4], attributes: { auto_pad: 'SAME_LOWER' } },
  {
    title: 'SAME_UPPER, strides',
    x: [2, 2, 7, 6],
    weights: [3, 2, 3, 3],
    attributes: { auto_pad: 'SAME_UPPER', strides: [2, 2] },
  },
  {
    title: 'SAME_LOWER, strides',
    x: [2, 2, 7, 6],
    weights: [3, 2, 3, 3],
    attributes: { auto_pad: 'SAME_LOWER', strides: [2, 3] },
  },
  { title: 'VALID', x: [2, 2, 7, 6], weights: [3, 2, 3, 3], attributes: { auto_pad: 'VALID' } },
  { title: 'stride 2', x: [2, 3, 7, 8], weights: [4, 3, 3, 3], attributes: { strides: [2, 2] }, bias: true },
  {
    title: 'stride 2, pads, odd',
    x: [2, 3, 7, 7],
    weights: [4, 3, 3, 3],
    attributes: { strides: [2, 2], pads: [1, 1, 1, 1] },
  },
  {
    title: 'stride 2, pads, even',
    x: [2, 3, 8, 6],
    weights: [4, 3, 3, 3],
    attributes: { strides: [2, 2], pads: [1, 1, 1, 1] },
  },
  { title: 'stride beyond the kernel', x: [2, 3, 8, 9], weights: [4, 3, 1, 2], attributes: { strides: [2, 3] } },
  {
    title: 'stride 3, unequal pads',
    x: [1, 2, 9, 8],
    weights: [3, 2, 3, 5],
    attributes: { strides: [3, 2], pads: [2, 0, 1, 3] },
  },
  { title: '7×7 stem', x: [1, 3, 14, 15], weights: [4, 3, 7, 7], attributes: { strides: [2, 2], pads: [3, 3, 3, 3] } },
  { title: 'patches', x: [2, 3, 8, 8], weights: [6, 3, 4, 4], attributes: { strides: [4, 4] }, bias: true },
  { title: 'dilation', x: [2, 3, 8, 7], weights: [4, 3, 3, 3], attributes: { dilations: [2, 2] }, bias: true },
  {
    title: 'dilation, pads',
    x: [2, 9, 7, 6],
    weights: [4, 9, 3, 3],
    attributes: { dilations: [2, 3], pads: [2, 3, 2, 3] },
  },
  {
    title: 'dilation, strides, pads',
    x: [2, 2, 9, 8],
    weights: [3, 2, 3, 2],
    attributes: { dilations: [2, 3], strides: [2, 3], pads: [1, 2, 3, 0] },
  },
  { title: 'groups', x: [2, 4, 5, 6], weights: [6, 2, 3, 3], attributes: { group: 2, pads: [1, 1, 1, 1] }, bias: true },
  { title: 'groups, stride 2', x: [2, 4, 6, 5], weights: [6, 2, 3, 3], attributes: { group: 2, strides: [2, 2] } },
  { title: 'groups, dilation', x: [2, 6, 6, 7], weights: [3, 2, 3, 2], attributes: { group: 3, dilations: [2, 1] } },
  {
    title: 'depthwise',
    x: [2, 4, 5, 6],
    weights: [4, 1, 3, 3],
    attributes: { group: 4, pads: [1, 1, 1, 1] },
    bias: true,
  },
  {
    title: 'depthwise, stride 2, odd',
    x: [2, 3, 7, 5],
    weights: [3, 1, 3, 3],
    attributes: { group: 3, strides: [2, 2], pads: [1, 1, 1, 1] },
  },
  {
    title: 'depthwise, stride 2, even',
    x: [2, 3, 8, 6],
    weights: [3, 1, 3, 3],
    attributes: { group: 3, strides: [2, 2], pads: [0, 0, 1, 1] },
  },
  {
    title: 'depthwise, unequal strides',
    x: [2, 3, 8, 7],
    weights: [3, 1, 3, 2],
    attributes: { group: 3, strides: [3, 2] },
  },
  { title: 'depthwise with multiplier', x: [2, 3, 5, 6], weights: [6, 1, 3, 3], attributes: { group: 3 }, bias: true },
  {
    title: 'depthwise with multiplier, stride 2',
    x: [2, 3, 5, 6],
    weights: [6, 1, 3, 3],
    attributes: { group: 3, strides: [2, 2] },
  },
  { title: 'depthwise, dilation', x: [2, 3, 7, 6], weights: [3, 1, 3, 3], attributes: { group: 3, dilations: [2, 2] } },
  { title: 'one channel', x: [3, 1, 6, 6], weights: [2, 1, 3, 3], bias: true },
  { title: 'many channels', x: [2, 16, 5, 5], weights: [32, 16, 3, 3], attributes: { pads: [1, 1, 1, 1] }, bias: true },
  { title: 'many channels, stride 2', x: [2, 16, 5, 6], weights: [16, 16, 3, 3], attributes: { strides: [2, 2] } },
  {
    title: 'many channels, depthwise',
    x: [2, 32, 6, 6],
    weights: [32, 1, 3, 3],
    attributes: { group: 32, pads: [1, 1, 1, 1] },
  },
  {
    title: 'many channels, depthwise, stride 2',
    x: [2, 16, 6, 7],
    weights: [16, 1, 3, 3],
    attributes: { group: 16, strides: [2, 2], pads: [1, 1, 1, 1] },
  },
  { title: 'kernel_shape given', x: [1, 2, 5, 5], weights: [2, 2, 3, 3], attributes: { kernel_shape: [3, 3] } },
  { title: 'sequence', x: [2, 3, 9], weights: [4, 3, 3], bias: true },
  { title: 'sequence, strides, pads', x: [2, 3, 9], weights: [4, 3, 4], attributes: { strides: [2], pads: [2, 1] } },
  { title: 'sequence, many channels', x: [2, 9, 8], weights: [4, 9, 3], attributes: { pads: [1, 1] } },
  { title: 'sequence, dilation', x: [2, 3, 9], weights: [4, 3, 3], attributes: { dilations: [3], auto_pad: 'VALID' } },
  { title: 'sequence, depthwise, stride 2', x: [2, 3, 9], weights: [3, 1, 3], attributes: { group: 3, strides: [2] } },
];

const convTranspose: readonly Geometry[] = [
  { title: '2×2, stride 2', x: [2, 3, 4, 3], weights: [3, 4, 2, 2], attributes: { strides: [2, 2] }, bias: true },
  { title: '3×3', x: [2, 3, 4, 5], weights: [3, 2, 3, 3], bias: true },
  { title: 'pads', x: [2, 3, 4, 5], weights: [3, 2, 3, 3], attributes: { pads: [1, 0, 2, 1] } },
  {
    title: 'stride 2, pads',
    x: [2, 3, 4, 5],
    weights: [3, 2, 3, 3],
    attributes: { strides: [2, 2], pads: [1, 1, 1, 1] },
  },
  {
    title: 'output_padding',
    x: [2, 3, 4, 5],
    weights: [3, 2, 3, 3],
    attributes: { strides: [2, 3], pads: [1, 1, 1, 1], output_padding: [1, 2] },
  },
  {
    title: 'output_padding without pads',
    x: [2, 3, 4, 3],
    weights: [3, 2, 2, 2],
    attributes: { strides: [3, 2], output_padding: [2, 1] },
  },
  {
    title: 'output_shape',
    x: [2, 3, 4, 5],
    weights: [3, 2, 3, 3],
    attributes: { strides: [2, 2], output_shape: [8, 10] },
  },
  {
    title: 'output_shape, SAME_UPPER',
    x: [2, 3, 4, 5],
    weights: [3, 2, 4, 3],
    attributes: { strides: [2, 2], output_shape: [7, 10], auto_pad: 'SAME_UPPER' },
  },
  {
    title: 'SAME_UPPER',
    x: [2, 3, 4, 5],
    weights: [3, 2, 3, 3],
    attributes: { strides: [2, 2], auto_pad: 'SAME_UPPER' },
  },
  {
    title: 'SAME_LOWER',
    x: [2, 3, 4, 5],
    weights: [3, 2, 3, 3],
    attributes: { strides: [2, 2], auto_pad: 'SAME_LOWER' },
  },
  { title: 'groups', x: [2, 4, 4, 3], weights: [4, 3, 3, 3], attributes: { group: 2, strides: [2, 2] }, bias: true },
  {
    title: 'depthwise',
    x: [2, 3, 4, 3],
    weights: [3, 1, 4, 4],
    attributes: { group: 3, strides: [2, 2], pads: [1, 1, 1, 1] },
  },
  { title: 'dilation', x: [2, 2, 4, 3], weights: [2, 3, 3, 2], attributes: { dilations: [2, 3] } },
  {
    title: 'sequence',
    x: [2, 3, 5],
    weights: [3, 2, 3],
    attributes: { strides: [2], output_padding: [1] },
    bias: true,
  },
];

export const cases: readonly OperatorCase[] = [
  ...conv.flatMap((geometry) => bothWays('Conv', geometry)),
  ...convTranspose.flatMap((geometry) => bothWays('ConvTranspose', geometry)),
];
