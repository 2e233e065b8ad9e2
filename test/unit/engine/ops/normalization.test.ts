import { describe, expect, it } from 'vitest';
import { newGraph } from '../../../../src/engine/ops/newGraph';
import { differentiate } from '../../../../src/engine/graph/differentiate';
import { cases } from '../../../support/cases/normalization';
import { describeOperators } from '../../../support/describeOperators';
import { expectMalformed, expectUnsupported, type Refused } from '../../../support/refusal';

describeOperators('normalization', cases);

const x = [2, 4, 3, 3];

const malformed: readonly Refused[] = [
  ['BatchNormalization', 'too few parameters', [x, [4], [4], [4]], {}, 'an input is missing'],
  ['BatchNormalization', 'another number of channels', [x, [4], [4], [4], [3]], {}, 'a shape does not fit'],
  ['BatchNormalization', 'a vector', [[4], [4], [4], [4], [4]], {}, 'a shape does not fit'],
  ['LayerNormalization', 'a scale that does not broadcast', [x, [4]], {}, 'a shape does not fit'],
  ['LayerNormalization', 'an axis out of range', [x, [3]], { axis: 4 }, 'an axis is out of range'],
  ['LayerNormalization', 'no scale', [x], {}, 'an input is missing'],
  ['GroupNormalization', 'no num_groups', [x, [4], [4]], {}, 'attribute "num_groups" is wrong'],
  ['GroupNormalization', 'groups that do not divide', [x, [4], [4]], { num_groups: 3 }, 'attribute "num_groups" is'],
  ['GroupNormalization', 'a scale per group', [x, [2], [2]], { num_groups: 2 }, 'a shape does not fit'],
  ['InstanceNormalization', 'a scale of another length', [x, [3], [4]], {}, 'a shape does not fit'],
  ['LRN', 'no size', [x], {}, 'attribute "size" is wrong'],
  ['LRN', 'a sequence', [[2, 4, 3]], { size: 3 }, 'a shape does not fit'],
];

const unsupported: readonly Refused[] = [
  [
    'BatchNormalization',
    'training mode',
    [x, [4], [4], [4], [4]],
    { training_mode: 1 },
    'training mode is not supported',
  ],
  ['LRN', 'an even size', [x], { size: 4 }, 'size 4 is not supported'],
];

describe('normalizations that are refused', () => {
  it.each(malformed)('%s: %s', (...refused) => {
    expectMalformed(refused);
  });

  it.each(unsupported)('%s: %s', (...refused) => {
    expectUnsupported(refused);
  });

  it('BatchNormalization with running statistics', () => {
    const b = newGraph();
    const inputs = [b.input('x', x), ...[1, 2, 3, 4].map((i) => b.input(`p${i}`, [4]))];
    expect(() => b.ops('BatchNormalization', inputs, {}, { name: 'layer', outputs: 3 })).toThrow(
      'BatchNormalization "layer": the output of running statistics is not supported',
    );
  });

  it('the gradient of the statistics of LayerNormalization', () => {
    const b = newGraph();
    const image = b.input('x', [2, 3]);
    const [, mean] = b.ops('LayerNormalization', [image, b.filled([3], 1)], {}, { name: 'layer', outputs: 2 });
    expect(mean!.dims).toEqual([2, 1]);
    expect(() => differentiate(b, mean!, [image])).toThrow(
      'LayerNormalization "layer": the gradient of the statistics',
    );
  });
});

it('the gradient of a frozen BatchNormalization is one product with a constant', () => {
  const b = newGraph();
  const image = b.input('x', x);
  const parameters = [1, 2, 3, 4].map((value) => b.filled([4], value));
  const y = b.op('BatchNormalization', [image, ...parameters], { epsilon: 0 });
  const loss = b.op('Mul', [y, b.input('factor', x)]);
  const before = b.nodes.length;
  differentiate(b, loss, [image]);
  // One for the factor, one for the normalization.
  expect(b.nodes.slice(before).map((node) => node.op)).toEqual(['Mul', 'Mul']);
});
