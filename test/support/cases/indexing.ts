/** @file Operator cases: slices, padding, look-up by index, shapes. */
import { float32 } from '../../../src/engine/graph/tensor';
import { fedFloats, fedInts, float, int, ints } from '../constants';
import type { CaseInput, OperatorCase } from '../operatorHarness';

const x = { dims: [4, 5] };
const END = Number.MAX_SAFE_INTEGER;
const START = Number.MIN_SAFE_INTEGER;

function slice(title: string, ...inputs: CaseInput[]): OperatorCase {
  return { op: 'Slice', title, inputs: [x, ...inputs] };
}

const slices: readonly OperatorCase[] = [
  slice('two axes', ints(1, 0), ints(3, 4)),
  slice('given axes', ints(1), ints(4), ints(1)),
  slice('negative axis and positions', ints(-3), ints(-1), ints(-1)),
  slice('ends beyond the input', ints(1), ints(END), ints(0)),
  slice('starts before the input', ints(START), ints(3), ints(1)),
  slice('step 2', ints(0), ints(END), ints(1), ints(2)),
  slice('step 2 with a rest', ints(1), ints(4), ints(1), ints(2)),
  slice('step 3 on both axes', ints(0, 1), ints(4, 5), ints(0, 1), ints(3, 3)),
  slice('step beyond the end', ints(2), ints(5), ints(1), ints(7)),
  slice('reversed', ints(-1), ints(START), ints(1), ints(-1)),
  slice('reversed with step 2', ints(3), ints(0), ints(1), ints(-2)),
  slice('one axis reversed, one spread', ints(3, 0), ints(0, 5), ints(0, 1), ints(-1, 2)),
  slice('everything', ints(0), ints(4), ints(0)),
  slice('nothing', ints(2), ints(2), ints(0)),
  {
    op: 'Slice',
    title: 'patches of an image',
    inputs: [{ dims: [1, 2, 6, 6] }, ints(1, 0), ints(END, END), ints(2, 3), ints(2, 2)],
  },
];

function pad(title: string, mode: string, dims: readonly number[], ...inputs: CaseInput[]): OperatorCase {
  return { op: 'Pad', title: `${mode}, ${title}`, inputs: [{ dims }, ...inputs], attributes: { mode } };
}

const pads: readonly OperatorCase[] = [
  { op: 'Pad', title: 'default mode', inputs: [{ dims: [2, 3] }, ints(1, 0, 2, 1)] },
  pad('given value', 'constant', [2, 3], ints(0, 1, 0, 2), float(-1.5)),
  pad('given axes', 'constant', [1, 2, 3, 3], ints(1, 2, 0, 1), undefined, ints(2, -1)),
  pad('removing', 'constant', [4, 5], ints(-1, -2, 0, -1)),
  pad('adding and removing', 'constant', [4, 5], ints(-1, 2, 3, -1), float(2)),
  pad('nothing', 'constant', [2, 2], ints(0, 0, 0, 0)),
  ...['reflect', 'edge'].flatMap((mode) => [
    pad('one end', mode, [1, 4], ints(0, 2, 0, 0)),
    pad('other end', mode, [1, 4], ints(0, 0, 0, 3)),
    pad('both axes', mode, [1, 2, 4, 3], ints(0, 0, 2, 1, 0, 0, 1, 2)),
    pad('given axes', mode, [2, 3, 4], ints(2, 1, 1, 3), undefined, ints(1, 2)),
    pad('nothing', mode, [2, 3], ints(0, 0, 0, 0)),
  ]),
  pad('longer than the input', 'edge', [1, 2], ints(0, 5, 0, 4)),
];

const split = (title: string, outputs: number, output: number, axis: number, ...sizes: CaseInput[]): OperatorCase => ({
  op: 'Split',
  title,
  inputs: [{ dims: [5, 6] }, ...sizes],
  attributes: { axis, ...(sizes.length === 0 && { num_outputs: outputs }) },
  outputs,
  output,
});

const splits: readonly OperatorCase[] = [
  split('equal parts', 3, 1, 1),
  split('a smaller last part', 2, 1, 0),
  split('the larger part of an unequal split', 2, 0, 0),
  split('given sizes', 3, 1, -1, ints(1, 2, 3)),
  split('one part', 1, 0, 0),
];

const lookups: readonly OperatorCase[] = [
  { op: 'Gather', title: 'class token', inputs: [{ dims: [2, 4, 3] }, int(0)], attributes: { axis: 1 } },
  { op: 'Gather', title: 'a negative index', inputs: [x, int(-1)], attributes: { axis: -1 } },
  { op: 'Gather', title: 'a shuffle', inputs: [x, ints(2, 0, 3, 1)], attributes: { axis: 0 } },
  { op: 'Gather', title: 'a choice', inputs: [x, ints(4, 1)], attributes: { axis: 1 } },
  { op: 'Gather', title: 'repeated indices', inputs: [x, ints(1, 1, -3, 0)], attributes: { axis: 0 } },
  {
    op: 'Gather',
    title: 'a table of distinct indices',
    inputs: [{ dims: [5, 2] }, { constant: fedInts([2, 2], [3, 0, 4, 1]).feed }],
  },
  {
    op: 'Gather',
    title: 'run-time indices',
    inputs: [{ dims: [3, 4, 2] }, fedInts([2, 2], [0, -1, 2, 0])],
    attributes: { axis: 1 },
  },
  { op: 'Gather', title: 'a run-time scalar', inputs: [{ dims: [3, 4] }, fedInts([], [2])], attributes: { axis: 1 } },
  {
    op: 'GatherElements',
    title: 'one per row',
    inputs: [{ dims: [3, 4] }, fedInts([3, 1], [2, 0, -1])],
    attributes: { axis: 1 },
  },
  {
    op: 'GatherElements',
    title: 'repeated, constant, fewer rows',
    inputs: [{ dims: [3, 4] }, { constant: fedInts([2, 3], [0, 0, 1, 3, 2, 2]).feed }],
    attributes: { axis: 1 },
  },
  { op: 'GatherElements', title: 'first axis', inputs: [{ dims: [3, 2, 2] }, fedInts([2, 2, 1], [0, 2, 2, -2])] },
  {
    op: 'ScatterElements',
    title: 'replacing',
    inputs: [{ dims: [3, 4] }, fedInts([3, 2], [0, 2, 1, 3, -1, 0]), { dims: [3, 2] }],
    attributes: { axis: 1 },
  },
  {
    op: 'ScatterElements',
    title: 'adding, repeated indices',
    inputs: [{ dims: [3, 4] }, fedInts([2, 3], [0, 0, 1, 3, 2, 2]), { dims: [2, 3] }],
    attributes: { axis: 1, reduction: 'add' },
  },
  {
    op: 'ScatterElements',
    title: 'first axis of three',
    inputs: [{ dims: [3, 2, 2] }, { constant: fedInts([1, 2, 2], [2, 0, 1, -1]).feed }, { dims: [1, 2, 2] }],
    attributes: { reduction: 'none' },
  },
  {
    op: 'OneHot',
    title: 'default axis',
    inputs: [fedInts([3], [1, 0, -1]), int(4), { constant: float32([2], [0, 1]) }],
    gradient: false,
  },
  {
    op: 'OneHot',
    title: 'first axis, other values',
    inputs: [fedInts([2, 3], [1, 0, 2, 2, 1, 0]), ints(3), { constant: float32([2], [-1, 5]) }],
    attributes: { axis: 0 },
    gradient: false,
  },
  {
    op: 'OneHot',
    title: 'middle axis, whole numbers',
    inputs: [fedInts([2, 2], [1, 0, 2, 1]), int(3), ints(0, 1)],
    attributes: { axis: 1 },
    gradient: false,
  },
];

/** These are always folded, so that a runtime sees constants; the `fold` tests check their values. */
const shapes: readonly OperatorCase[] = [
  { op: 'Shape', title: 'of an image', inputs: [fedFloats([1, 2, 1, 1], [0, 0])], gradient: false },
  { op: 'Size', title: 'of a matrix', inputs: [fedFloats([2, 3], [0, 0, 0, 0, 0, 0])], gradient: false },
  { op: 'Range', title: 'whole numbers', inputs: [int(1), int(8), int(3)], gradient: false },
  { op: 'ConstantOfShape', title: 'zeros', inputs: [ints(2, 3)], gradient: false },
];

export const cases: readonly OperatorCase[] = [...slices, ...pads, ...splits, ...lookups, ...shapes];
