/** @file Operator cases: normalizations. */
import type { Attributes } from '../../../src/engine/graph/graph';
import { float32 } from '../../../src/engine/graph/tensor';
import type { CaseInput, OperatorCase } from '../operatorHarness';

const mean: CaseInput = { constant: float32([3], [0.3, -0.2, 1]) };
const variance: CaseInput = { constant: float32([3], [0.5, 2, 1e-4]) };
const frozen = (...dims: number[]): CaseInput => ({ dims, frozen: true });
const spread = (dims: number[]): CaseInput => ({ dims, range: [-5, 5] });

function batch(title: string, x: number[], attributes: Attributes = {}): OperatorCase[] {
  return [
    { op: 'BatchNormalization', title, inputs: [spread(x), { dims: [3] }, { dims: [3] }, mean, variance], attributes },
    {
      op: 'BatchNormalization',
      title: `${title}, frozen`,
      inputs: [spread(x), frozen(3), frozen(3), mean, variance],
      attributes,
    },
  ];
}

const layer = (
  title: string,
  x: number[],
  scale: number[],
  attributes: Attributes = {},
  bias?: number[],
): OperatorCase => ({
  op: 'LayerNormalization',
  title,
  inputs: [spread(x), { dims: scale }, ...(bias === undefined ? [] : [{ dims: bias }])],
  attributes,
  tolerance: 1e-3,
});

const perChannel = (op: string, title: string, x: number[], attributes: Attributes = {}): OperatorCase => ({
  op,
  title,
  inputs: [spread(x), { dims: [x[1] ?? 1] }, { dims: [x[1] ?? 1] }],
  attributes,
  tolerance: 1e-3,
});

const lrn = (title: string, dims: number[], attributes: Attributes): OperatorCase => ({
  op: 'LRN',
  title,
  inputs: [spread(dims)],
  attributes,
});

export const cases: readonly OperatorCase[] = [
  ...batch('images', [2, 3, 4, 5]),
  ...batch('sequences', [2, 3, 4]),
  ...batch('vectors', [4, 3]),
  ...batch('epsilon', [2, 3, 2, 2], { epsilon: 0.1 }),
  {
    op: 'BatchNormalization',
    title: 'many channels, frozen',
    inputs: [
      spread([2, 32, 3, 3]),
      frozen(32),
      frozen(32),
      frozen(32),
      {
        constant: float32(
          [32],
          Array.from({ length: 32 }, (_, i) => 0.1 + i / 16),
        ),
      },
    ],
  },
  {
    op: 'BatchNormalization',
    title: 'statistics fed at run time',
    inputs: [
      spread([2, 3, 2, 2]),
      { dims: [3] },
      { dims: [3] },
      { feed: float32([3], [0.3, -0.2, 1]) },
      { feed: float32([3], [0.5, 2, 1]) },
    ],
  },
  layer('last axis', [2, 3, 8], [8], {}, [8]),
  layer('without bias', [2, 3, 8], [8]),
  layer('last two axes', [2, 3, 4], [3, 4], { axis: 1 }, [3, 4]),
  layer('negative axis, epsilon', [2, 3, 4], [3, 4], { axis: -2, epsilon: 0.01 }, [3, 4]),
  layer('all axes', [2, 3, 4], [2, 3, 4], { axis: 0 }, [2, 3, 4]),
  layer('images', [2, 4, 3, 2], [2], { axis: -1 }, [2]),
  { ...layer('frozen parameters', [2, 3, 8], [8]), inputs: [spread([2, 3, 8]), frozen(8), frozen(8)] },
  perChannel('InstanceNormalization', 'images', [2, 3, 4, 5]),
  perChannel('InstanceNormalization', 'sequences', [2, 3, 6]),
  perChannel('InstanceNormalization', 'epsilon', [2, 3, 4, 5], { epsilon: 0.1 }),
  perChannel('GroupNormalization', 'images', [2, 6, 3, 4], { num_groups: 2 }),
  perChannel('GroupNormalization', 'a group per channel', [2, 4, 3, 4], { num_groups: 4 }),
  perChannel('GroupNormalization', 'one group', [2, 4, 3, 4], { num_groups: 1, epsilon: 0.01 }),
  perChannel('GroupNormalization', 'sequences', [2, 4, 5], { num_groups: 2 }),
  lrn('size 3', [2, 5, 3, 2], { size: 3 }),
  lrn('size 5', [2, 7, 2, 2], { size: 5, alpha: 0.1, beta: 0.5, bias: 2 }),
  lrn('size 1', [2, 6, 2, 2], { size: 1, alpha: 0.5 }),
  lrn('size beyond the channels', [1, 3, 2, 2], { size: 9, alpha: 1, beta: 1, bias: 0.5 }),
  lrn('many channels', [1, 32, 2, 2], { size: 5, alpha: 0.1 }),
];
