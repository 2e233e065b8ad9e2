import { describe, expect, it } from 'vitest';
import { ModelFormatError, UnsupportedModelError } from '../../../../src/engine/support/errors';
import { differentiate } from '../../../../src/engine/graph/differentiate';
import { newGraph } from '../../../../src/engine/ops/newGraph';
import type { Attributes } from '../../../../src/engine/graph/graph';
import { float32, int64, type Tensor } from '../../../../src/engine/graph/tensor';

type Input = readonly number[] | { readonly constant: Tensor } | 'int64' | undefined;

const ints = (...values: number[]): Input => ({ constant: int64([values.length], values) });

function build(op: string, inputs: readonly Input[], attributes: Attributes, outputs: number) {
  const b = newGraph();
  const values = inputs.map((input, i) => {
    if (input === undefined) return undefined;
    if (input === 'int64') return b.input(`x${i}`, [2], 'int64');
    return 'constant' in input ? b.constant(input.constant) : b.input(`x${i}`, input);
  });
  return b.ops(op, values, attributes, { name: 'layer', outputs });
}

type WrongNode = readonly [op: string, what: string, inputs: readonly Input[], attributes?: Attributes];

const malformed: readonly WrongNode[] = [
  [
    'Add',
    'shapes that do not broadcast',
    [
      [2, 3],
      [2, 4],
    ],
  ],
  ['Add', 'a missing input', [[2, 3]]],
  ['Sum', 'no input', []],
  ['Mul', 'different element types', [[2], 'int64']],
  ['Clip', 'a bound that is no scalar', [[2], [2]]],
  ['PRelu', 'a slope larger than the input', [[2], [3, 2]]],
  ['LeakyRelu', 'an attribute that is no number', [[2]], { alpha: 'steep' }],
  ['Softmax', 'an axis out of range', [[2, 3]], { axis: 2 }],
  ['ReduceMean', 'an axis out of range', [[2, 3], ints(-3)]],
  ['ReduceMean', 'a broken axis', [[2, 3], { constant: float32([1], [0.5]) }]],
  ['ArgMax', 'a scalar', [[]]],
  ['Where', 'branches of different types', [[2], [2], 'int64']],
  ['Cast', 'an unknown element type', [[2]], { to: 99 }],
  ['Cast', 'no element type', [[2]]],
  ['Reshape', 'another size', [[2, 3], ints(4)]],
  ['Reshape', 'two unknown sizes', [[2, 3], ints(-1, -1)]],
  ['Reshape', 'a size that does not divide', [[2, 3], ints(4, -1)]],
  ['Reshape', 'a copied size that is not there', [[6], ints(6, 0)]],
  ['Reshape', 'a negative size', [[2, 3], ints(-2, -3)]],
  ['Flatten', 'an axis out of range', [[2, 3]], { axis: 3 }],
  ['Squeeze', 'an axis of size 2', [[2, 1], ints(0)]],
  ['Unsqueeze', 'the same axis twice', [[2], ints(0, 0)]],
  ['Transpose', 'no permutation', [[2, 3]], { perm: [0, 0] }],
  ['Transpose', 'a permutation of another rank', [[2, 3]], { perm: [1, 0, 2] }],
  [
    'Concat',
    'other sizes besides the axis',
    [
      [2, 3],
      [3, 3],
    ],
    { axis: 1 },
  ],
  ['Concat', 'different ranks', [[2, 3], [2]], { axis: 0 }],
  ['Concat', 'no axis', [[2], [2]]],
  ['Expand', 'a shape that does not broadcast', [[2, 3], ints(2, 2)]],
  ['Expand', 'a negative size', [[1], ints(-4)]],
  ['Expand', 'a size beyond exact numbers', [[1], ints(2 ** 40, 2 ** 40)]],
  ['Tile', 'repeats of another rank', [[2, 3], ints(2)]],
  ['DepthToSpace', 'channels that do not divide', [[1, 6, 2, 2]], { blocksize: 2 }],
  ['SpaceToDepth', 'an odd height', [[1, 1, 3, 2]], { blocksize: 2 }],
  ['Slice', 'a step of 0', [[4], ints(0), ints(4), ints(0), ints(0)]],
  ['Slice', 'more ends than starts', [[4, 4], ints(0), ints(4, 4)]],
  ['Slice', 'the same axis twice', [[4], ints(0, 1), ints(4, 4), ints(0, 0)]],
  ['Pad', 'too few pads', [[2, 3], ints(1, 1)]],
  ['Pad', 'removing more than there is', [[2], ints(-2, -1)]],
  ['Pad', 'reflecting more than there is', [[2], ints(2, 0)], { mode: 'reflect' }],
  ['Gather', 'an index out of range', [[2, 3], ints(2)]],
  ['GatherElements', 'indices of another rank', [[2, 3], ints(0)]],
  ['ScatterElements', 'updates of another shape', [[3], ints(0, 1), [3]]],
  ['Split', 'sizes that do not add up', [[6], ints(1, 2)]],
  ['Split', 'neither sizes nor a number', [[6]]],
  ['OneHot', 'a depth of 0', ['int64', ints(0), [2]]],
  ['Range', 'a step of 0', [ints(0), ints(3), ints(0)]],
  ['ConstantOfShape', 'a negative size', [ints(2, -1)]],
];

const unsupported: readonly (readonly [op: string, what: string, inputs: readonly Input[], attributes?: Attributes])[] =
  [
    ['Mod', 'the sign of the divisor for broken numbers', [[2], [2]]],
    ['Gelu', 'another approximation', [[2]], { approximate: 'rough' }],
    ['ReduceL2', 'noop without axes', [[2]], { noop_with_empty_axes: 1 }],
    ['ReduceMean', 'axes known only while running', [[2, 3], 'int64']],
    ['Reshape', 'a shape known only while running', [[2, 3], 'int64']],
    ['ArgMax', 'the last of several', [[2]], { select_last_index: 1 }],
    ['DepthToSpace', 'another mode', [[1, 4, 1, 1]], { blocksize: 2, mode: 'ABC' }],
    ['DepthToSpace', 'a block of 0', [[1, 4, 1, 1]], { blocksize: 0 }],
    ['Pad', 'wrap around', [[4], ints(1, 1)], { mode: 'wrap' }],
    ['ScatterElements', 'products', [[3], ints(0), [1]], { reduction: 'mul' }],
    ['Dropout', 'training', [[3], undefined, { constant: { dtype: 'bool', dims: [], data: Uint8Array.of(1) } }]],
    ['ConstantOfShape', 'another value', [ints(2)], { value: 1 }],
  ];

function titled(node: WrongNode) {
  return [`${node[0]}: ${node[1]}`, node] as const;
}

describe('a wrong node is an error that names the layer', () => {
  it.each(malformed.map(titled))('%s', (_title, [op, , inputs, attributes = {}]) => {
    expect(() => build(op, inputs, attributes, 2)).toThrow(ModelFormatError);
    expect(() => build(op, inputs, attributes, 2)).toThrow(`${op} "layer"`);
  });
});

describe('a sound node that we cannot run is an error that names the layer', () => {
  it.each(unsupported.map(titled))('%s', (_title, [op, , inputs, attributes = {}]) => {
    expect(() => build(op, inputs, attributes, 1)).toThrow(UnsupportedModelError);
    expect(() => build(op, inputs, attributes, 1)).toThrow(`${op} "layer"`);
  });

  it('Pad: a padding value that is to be differentiated', () => {
    const b = newGraph();
    const value = b.input('value', []);
    const padded = b.op('Pad', [b.input('x', [2]), b.ints([1, 1]), value], {}, { name: 'layer' });
    expect(() => differentiate(b, padded, [value])).toThrow('Pad "layer": the gradient of a padding value');
  });
});
