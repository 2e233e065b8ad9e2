/** @file Operator cases: comparisons, logic, selection and conversion. */
import { ONNX_TYPE } from '../../../src/engine/ops/elementwise/cast';
import { fedBools, fedFloats, fedInts, float, int } from '../constants';
import type { OperatorCase } from '../operatorHarness';

const comparisons = ['Equal', 'Greater', 'GreaterOrEqual', 'Less', 'LessOrEqual'].flatMap((op): OperatorCase[] => [
  {
    op,
    title: 'float, broadcast on both sides',
    inputs: [fedFloats([2, 1], [1, 2]), fedFloats([3], [1, 2, 3])],
    gradient: false,
  },
  { op, title: 'int64', inputs: [fedInts([3], [1, 2, 3]), fedInts([3], [3, 2, 1])], gradient: false },
]);

const logic = ['And', 'Or'].map((op): OperatorCase => ({
  op,
  title: 'all four combinations',
  inputs: [fedBools([2, 1], [0, 1]), fedBools([2], [0, 1])],
  gradient: false,
}));

const condition = fedBools([2, 1, 3], [1, 0, 0, 1, 1, 0]);

export const cases: readonly OperatorCase[] = [
  ...comparisons,
  { op: 'Equal', title: 'bool', inputs: [fedBools([2], [0, 1]), fedBools([2], [1, 1])], gradient: false },
  ...logic,
  { op: 'Not', title: 'both values', inputs: [fedBools([2], [0, 1])], gradient: false },
  { op: 'IsNaN', title: 'some', inputs: [fedFloats([4], [0, NaN, Infinity, -1])], gradient: false },
  { op: 'Where', title: 'equal shapes', inputs: [condition, { dims: [2, 1, 3] }, { dims: [2, 1, 3] }] },
  { op: 'Where', title: 'broadcast condition', inputs: [condition, { dims: [2, 4, 3] }, { dims: [2, 4, 3] }] },
  { op: 'Where', title: 'everything broadcast', inputs: [condition, { dims: [4, 1] }, { dims: [3] }] },
  { op: 'Where', title: 'a scalar instead', inputs: [condition, { dims: [2, 1, 3] }, float(-1)] },
  {
    op: 'Where',
    title: 'whole numbers',
    inputs: [fedBools([3], [1, 0, 1]), fedInts([3], [1, 2, 3]), int(9)],
    gradient: false,
  },
  { op: 'Cast', title: 'float to float', inputs: [{ dims: [3] }], attributes: { to: ONNX_TYPE.float32 } },
  {
    op: 'Cast',
    title: 'float to int64 truncates',
    inputs: [fedFloats([4], [1.7, -1.7, 0.2, 3])],
    attributes: { to: ONNX_TYPE.int64 },
    gradient: false,
  },
  {
    op: 'Cast',
    title: 'float to int32 truncates',
    inputs: [fedFloats([2], [1.7, -1.7])],
    attributes: { to: ONNX_TYPE.int32 },
    gradient: false,
  },
  {
    op: 'Cast',
    title: 'float to bool',
    inputs: [fedFloats([3], [0, 0.5, -2])],
    attributes: { to: ONNX_TYPE.bool },
    gradient: false,
  },
  {
    op: 'Cast',
    title: 'int64 to bool',
    inputs: [fedInts([3], [0, 3, -1])],
    attributes: { to: ONNX_TYPE.bool },
    gradient: false,
  },
  {
    op: 'Cast',
    title: 'bool to float',
    inputs: [fedBools([2], [0, 1])],
    attributes: { to: ONNX_TYPE.float32 },
    gradient: false,
  },
  {
    op: 'Cast',
    title: 'int64 to uint8',
    inputs: [fedInts([2], [0, 200])],
    attributes: { to: ONNX_TYPE.uint8 },
    gradient: false,
  },
  { op: 'CastLike', title: 'float like float', inputs: [{ dims: [2, 2] }, float(1)] },
  { op: 'CastLike', title: 'float like int64', inputs: [fedFloats([2], [2.5, -2.5]), int(1)], gradient: false },
  { op: 'CastLike', title: 'int64 like float', inputs: [fedInts([2], [2, -2]), float(1)], gradient: false },
];
