import { describe, expect, it } from 'vitest';
import { newGraph } from '../../../../src/engine/ops/newGraph';
import { cases } from '../../../support/cases/linear';
import { describeOperators } from '../../../support/describeOperators';
import { expectMalformed, type Refused } from '../../../support/refusal';

describeOperators('linear', cases);

const malformed: readonly Refused[] = [
  ['Gemm', 'a vector', [[3], [3, 4]], {}, 'a shape does not fit'],
  [
    'Gemm',
    'sizes that do not match',
    [
      [2, 3],
      [4, 5],
    ],
    {},
    'a shape does not fit',
  ],
  [
    'Gemm',
    'sizes that do not match when transposed',
    [
      [2, 3],
      [3, 5],
    ],
    { transB: 1 },
    'a shape does not fit',
  ],
  ['Gemm', 'a bias that does not broadcast', [[2, 3], [3, 4], [3]], {}, 'a shape does not fit'],
  [
    'Gemm',
    'a bias larger than the output',
    [
      [2, 3],
      [3, 4],
      [5, 2, 4],
    ],
    {},
    'a shape does not fit',
  ],
  ['Gemm', 'a missing factor', [[2, 3]], {}, 'an input is missing'],
  [
    'MatMul',
    'sizes that do not match',
    [
      [2, 3],
      [4, 5],
    ],
    {},
    'a shape does not fit',
  ],
  [
    'MatMul',
    'stacks that do not broadcast',
    [
      [2, 2, 3],
      [3, 3, 4],
    ],
    {},
    'a shape does not fit',
  ],
  ['MatMul', 'a scalar', [[], [3]], {}, 'a shape does not fit'],
  ['MatMul', 'vectors of different length', [[3], [4]], {}, 'a shape does not fit'],
];

describe('matrix products that are refused', () => {
  it.each(malformed)('%s: %s', (...refused) => {
    expectMalformed(refused);
  });
});

it.each([
  [[4], [4], []],
  [[4], [4, 5], [5]],
  [[3, 4], [4], [3]],
  [[4], [2, 4, 5], [2, 5]],
  [[2, 3, 4], [4], [2, 3]],
  [
    [2, 1, 3, 4],
    [5, 4, 6],
    [2, 5, 3, 6],
  ],
])('MatMul of %o and %o has shape %o', (left, right, expected) => {
  const b = newGraph();
  expect(b.op('MatMul', [b.input('a', left), b.input('b', right)]).dims).toEqual(expected);
});
