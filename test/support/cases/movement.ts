/** @file Operator cases: reshaping and moving elements. */
import { bool } from '../../../src/engine/graph/tensor';
import { fedInts, float, ints } from '../constants';
import type { OperatorCase } from '../operatorHarness';

const x = { dims: [2, 3, 4] };
const image = { dims: [2, 8, 2, 4] };

const reshapes: readonly OperatorCase[] = [
  { op: 'Flatten', title: 'default axis', inputs: [x] },
  { op: 'Flatten', title: 'axis 0', inputs: [x], attributes: { axis: 0 } },
  { op: 'Flatten', title: 'axis equal to the rank', inputs: [x], attributes: { axis: 3 } },
  { op: 'Flatten', title: 'negative axis', inputs: [x], attributes: { axis: -1 } },
  { op: 'Reshape', title: 'given shape', inputs: [x, ints(6, 4)] },
  { op: 'Reshape', title: 'copied and inferred sizes', inputs: [x, ints(0, -1)] },
  { op: 'Reshape', title: 'to a scalar', inputs: [{ dims: [1, 1] }, ints()] },
  { op: 'Reshape', title: 'allowzero', inputs: [x, ints(2, -1)], attributes: { allowzero: 1 } },
  { op: 'Squeeze', title: 'all axes', inputs: [{ dims: [1, 3, 1] }] },
  { op: 'Squeeze', title: 'given axes', inputs: [{ dims: [1, 3, 1] }, ints(-1)] },
  { op: 'Unsqueeze', title: 'both ends', inputs: [{ dims: [2, 3] }, ints(0, -1)] },
  { op: 'Unsqueeze', title: 'a scalar', inputs: [{ dims: [] }, ints(0)] },
  { op: 'Identity', title: 'plain', inputs: [x] },
  { op: 'Dropout', title: 'inference', inputs: [x] },
  { op: 'Dropout', title: 'ratio given', inputs: [x, float(0.3), { constant: bool([], [false]) }] },
  { op: 'Dropout', title: 'mask asked for', inputs: [x], outputs: 2 },
  { op: 'Dropout', title: 'the mask', inputs: [{ dims: [2, 2] }], outputs: 2, output: 1, gradient: false },
];

const moves: readonly OperatorCase[] = [
  { op: 'Transpose', title: 'reversed', inputs: [x] },
  { op: 'Transpose', title: 'a cycle', inputs: [x], attributes: { perm: [1, 2, 0] } },
  { op: 'Transpose', title: 'NCHW to NHWC', inputs: [image], attributes: { perm: [0, 2, 3, 1] } },
  {
    op: 'Transpose',
    title: 'six axes',
    inputs: [{ dims: [2, 1, 3, 2, 2, 2] }],
    attributes: { perm: [5, 0, 3, 1, 4, 2] },
  },
  { op: 'Concat', title: 'channels', inputs: [{ dims: [2, 1, 3] }, { dims: [2, 2, 3] }], attributes: { axis: 1 } },
  { op: 'Concat', title: 'one input', inputs: [x], attributes: { axis: 0 } },
  {
    op: 'Concat',
    title: 'frozen parts, negative axis',
    inputs: [{ dims: [2, 1] }, { dims: [2, 2], frozen: true }, { dims: [2, 3] }],
    attributes: { axis: -1 },
  },
  {
    op: 'Concat',
    title: 'whole numbers',
    inputs: [fedInts([2], [1, 2]), ints(3)],
    attributes: { axis: 0 },
    gradient: false,
  },
  { op: 'Expand', title: 'sizes of 1', inputs: [{ dims: [2, 1, 3] }, ints(2, 4, 3)] },
  { op: 'Expand', title: 'a higher rank', inputs: [{ dims: [3, 1] }, ints(2, 1, 4)] },
  { op: 'Expand', title: 'both directions', inputs: [{ dims: [3, 1] }, ints(2, 1, 1)] },
  { op: 'Expand', title: 'a scalar', inputs: [{ dims: [] }, ints(2, 2)] },
  { op: 'Expand', title: 'a lower rank', inputs: [{ dims: [2, 3] }, ints(1)] },
  { op: 'Tile', title: 'one axis', inputs: [{ dims: [2, 3] }, ints(1, 2)] },
  { op: 'Tile', title: 'all axes', inputs: [{ dims: [2, 1, 2] }, ints(2, 3, 2)] },
  { op: 'Tile', title: 'nothing', inputs: [x, ints(1, 1, 1)] },
  { op: 'DepthToSpace', title: 'default mode', inputs: [image], attributes: { blocksize: 2 } },
  { op: 'DepthToSpace', title: 'mode CRD', inputs: [image], attributes: { blocksize: 2, mode: 'CRD' } },
  {
    op: 'DepthToSpace',
    title: 'block of 3',
    inputs: [{ dims: [1, 18, 1, 2] }],
    attributes: { blocksize: 3, mode: 'DCR' },
  },
  { op: 'SpaceToDepth', title: 'block of 2', inputs: [image], attributes: { blocksize: 2 } },
  { op: 'SpaceToDepth', title: 'block of 3', inputs: [{ dims: [2, 2, 3, 6] }], attributes: { blocksize: 3 } },
];

export const cases: readonly OperatorCase[] = [...reshapes, ...moves];
