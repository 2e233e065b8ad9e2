import { describe, expect, it } from 'vitest';
import { newGraph } from '../../../../src/engine/ops/newGraph';
import { differentiate } from '../../../../src/engine/graph/differentiate';
import type { Attributes } from '../../../../src/engine/graph/graph';
import { cases } from '../../../support/cases/conv';
import { describeOperators } from '../../../support/describeOperators';
import { expectMalformed, expectUnsupported, type Refused } from '../../../support/refusal';

describeOperators('convolution', cases);

const x = [1, 4, 6, 6];
const w = [2, 4, 3, 3];

const malformed: readonly Refused[] = [
  ['Conv', 'no weights', [x], {}, 'an input is missing'],
  ['Conv', 'a matrix as input', [[4, 6], w], {}, 'a shape does not fit'],
  ['Conv', 'weights of another rank', [x, [2, 4, 3]], {}, 'a shape does not fit'],
  ['Conv', 'weights for other channels', [x, [2, 3, 3, 3]], {}, 'a shape does not fit'],
  ['Conv', 'groups that do not divide the inputs', [x, [3, 1, 3, 3]], { group: 3 }, 'attribute "group" is wrong'],
  ['Conv', 'groups that do not divide the outputs', [x, [3, 2, 3, 3]], { group: 2 }, 'attribute "group" is wrong'],
  ['Conv', 'no group', [x, w], { group: 0 }, 'attribute "group" is wrong'],
  ['Conv', 'a bias of another length', [x, w, [3]], {}, 'a shape does not fit'],
  ['Conv', 'a bias of another rank', [x, w, [1, 2]], {}, 'a shape does not fit'],
  ['Conv', 'another kernel_shape', [x, w], { kernel_shape: [2, 2] }, 'attribute "kernel_shape" is wrong'],
  ['Conv', 'too few strides', [x, w], { strides: [2] }, 'attribute "strides" is wrong'],
  ['Conv', 'stride 0', [x, w], { strides: [0, 1] }, 'attribute "strides" is wrong'],
  ['Conv', 'a broken dilation', [x, w], { dilations: [1.5, 1] }, 'attribute "dilations" is wrong'],
  ['Conv', 'too few pads', [x, w], { pads: [1, 1] }, 'attribute "pads" is wrong'],
  ['Conv', 'negative pads', [x, w], { pads: [-1, 0, 0, 0] }, 'attribute "pads" is wrong'],
  ['Conv', 'pads beside auto_pad', [x, w], { auto_pad: 'VALID', pads: [0, 0, 0, 0] }, 'attribute "pads" is wrong'],
  ['Conv', 'a kernel larger than the image', [x, [2, 4, 7, 3]], {}, 'the window does not fit the input'],
  [
    'Conv',
    'a dilated kernel larger than the image',
    [x, w],
    { dilations: [3, 1] },
    'the window does not fit the input',
  ],
  ['Conv', 'an empty kernel', [x, [2, 4, 0, 3]], {}, 'attribute "kernel_shape" is wrong'],
  ['ConvTranspose', 'weights for other channels', [x, [2, 4, 3, 3]], {}, 'a shape does not fit'],
  ['ConvTranspose', 'a bias of another length', [x, [4, 2, 3, 3], [4]], {}, 'a shape does not fit'],
  [
    'ConvTranspose',
    'output_padding beyond the stride',
    [x, [4, 2, 3, 3]],
    { output_padding: [1, 0] },
    'attribute "output_padding" is wrong',
  ],
  [
    'ConvTranspose',
    'padding that leaves nothing',
    [x, [4, 2, 3, 3]],
    { pads: [4, 0, 4, 0] },
    'the padding removes the whole output',
  ],
  [
    'ConvTranspose',
    'an output_shape out of reach',
    [x, [4, 2, 3, 3]],
    { output_shape: [9, 8] },
    'the output shape cannot be reached',
  ],
  [
    'ConvTranspose',
    'an output_shape of another rank',
    [x, [4, 2, 3, 3]],
    { output_shape: [8] },
    'the output shape cannot be reached',
  ],
];

const unsupported: readonly Refused[] = [
  [
    'Conv',
    'volumes',
    [
      [1, 4, 6, 6, 6],
      [2, 4, 3, 3, 3],
    ],
    {},
    'Conv over 3 axes is not supported',
  ],
  ['Conv', 'an unknown auto_pad', [x, w], { auto_pad: 'SOME' }, 'auto_pad "SOME" is not supported'],
  [
    'Conv',
    'dilation with auto_pad',
    [x, w],
    { auto_pad: 'SAME_UPPER', dilations: [2, 2] },
    'auto_pad "SAME_UPPER" with dilation is not supported',
  ],
  ['ConvTranspose', 'an unknown auto_pad', [x, [4, 2, 3, 3]], { auto_pad: 'SOME' }, 'auto_pad "SOME" is not'],
];

describe('convolutions that are refused', () => {
  it.each(malformed)('%s: %s', (...refused) => {
    expectMalformed(refused);
  });

  it.each(unsupported)('%s: %s', (...refused) => {
    expectUnsupported(refused);
  });
});

describe('the gradient graph of a convolution', () => {
  /** Operators in the gradient with respect to the input, weights being constant. */
  function operators(channels: readonly [number, number], attributes: Attributes, height = 9): string[] {
    const b = newGraph();
    const [outputs, inputs] = channels;
    const image = b.input('x', [1, inputs * Number(attributes.group ?? 1), height, 9]);
    const y = b.op('Conv', [image, b.filled([outputs, inputs, 3, 3], 1)], attributes);
    const before = b.nodes.length;
    differentiate(b, y, [image]);
    return b.nodes.slice(before).map((node) => node.op);
  }

  it('is one convolution with flipped weights', () => {
    expect(operators([16, 16], { pads: [1, 1, 1, 1] })).toEqual(['Conv']);
    expect(operators([16, 1], { group: 16 })).toEqual(['Conv']);
  });

  it('is one transposed convolution for strides and for few channels', () => {
    expect(operators([16, 16], { strides: [2, 2] })).toEqual(['ConvTranspose']);
    expect(operators([16, 1], {})).toEqual(['ConvTranspose']);
  });

  it('computes tiles of 2×2 pixels for colour images', () => {
    expect(operators([16, 3], { pads: [1, 1, 1, 2] })).toEqual(['Conv', 'DepthToSpace', 'Slice']);
    expect(operators([16, 4], {}, 10)).toEqual(['Conv', 'DepthToSpace', 'Slice']);
    expect(operators([16, 3], { strides: [2, 1] })).toEqual(['ConvTranspose']);
  });

  it('is a convolution of the spread gradient for strided depthwise ones', () => {
    expect(operators([16, 1], { group: 16, strides: [2, 2] })).toEqual(['Resize', 'Mul', 'Conv']);
  });

  it('takes over the padding that the gradient of a pool adds', () => {
    const b = newGraph();
    const image = b.input('x', [1, 16, 9, 10]);
    const filtered = b.op('Conv', [image, b.filled([16, 16, 3, 3], 1)]);
    const y = b.op('MaxPool', [filtered], { kernel_shape: [2, 2], strides: [2, 2] });
    const [gradient] = differentiate(b, y, [image]);
    const used = b.build({ gradient: gradient! }).nodes.map((node) => node.op);
    expect(used).not.toContain('Pad');
    expect(gradient!.dims).toEqual([1, 16, 9, 10]);
  });
});
