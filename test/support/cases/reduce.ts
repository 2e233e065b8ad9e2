/** @file Operator cases: reductions. */
import { fedInts, ints } from '../constants';
import type { OperatorCase } from '../operatorHarness';

const operators = [
  'ReduceSum',
  'ReduceMean',
  'ReduceMax',
  'ReduceMin',
  'ReduceProd',
  'ReduceL1',
  'ReduceL2',
  'ReduceSumSquare',
  'ReduceLogSumExp',
];

const x = { dims: [2, 3, 4] };

export const cases: readonly OperatorCase[] = [
  ...operators.flatMap((op): OperatorCase[] => [
    { op, title: 'all axes', inputs: [x] },
    { op, title: 'all axes, dropped', inputs: [x], attributes: { keepdims: 0 } },
    { op, title: 'last axis', inputs: [x, ints(-1)] },
    { op, title: 'first axis, dropped', inputs: [x, ints(0)], attributes: { keepdims: 0 } },
    { op, title: 'two axes', inputs: [x, ints(2, 0)] },
    { op, title: 'two axes, dropped', inputs: [{ dims: [2, 3, 2, 2] }, ints(2, 3)], attributes: { keepdims: 0 } },
    { op, title: 'empty axes are all', inputs: [x, ints()] },
    { op, title: 'an axis of size 1', inputs: [{ dims: [3, 1] }, ints(1)] },
  ]),
  ...['ReduceSum', 'ReduceMean', 'ReduceMax', 'ReduceMin', 'ReduceProd'].map((op): OperatorCase => ({
    op,
    title: 'noop without axes',
    inputs: [x, ints()],
    attributes: { noop_with_empty_axes: 1 },
  })),
  ...['ReduceSum', 'ReduceMax', 'ReduceMin', 'ReduceProd'].map((op): OperatorCase => ({
    op,
    title: 'whole numbers',
    inputs: [fedInts([2, 2], [3, -1, 2, 5]), ints(1)],
    gradient: false,
  })),
  { op: 'ArgMax', title: 'default axis', inputs: [{ dims: [4, 3] }], gradient: false },
  { op: 'ArgMax', title: 'last axis, dropped', inputs: [x], attributes: { axis: -1, keepdims: 0 }, gradient: false },
  { op: 'ArgMax', title: 'middle axis', inputs: [x], attributes: { axis: 1, keepdims: 1 }, gradient: false },
];
