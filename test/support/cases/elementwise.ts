/** @file Operator cases: arithmetic with broadcasting and functions of one input. */
import { fedInts, float } from '../constants';
import type { CaseInput, OperatorCase } from '../operatorHarness';

/** Values whose distance from 0 keeps quotients, roots and kinks away. */
const positive = [0.5, 2] as const;

/** Pairs of shapes that broadcast in all the ways there are. */
const pairs: readonly (readonly [string, readonly number[], readonly number[]])[] = [
  ['equal shapes', [2, 3, 4], [2, 3, 4]],
  ['a scalar on the right', [2, 3], []],
  ['a scalar on the left', [], [2, 3]],
  ['a lower rank on the right', [2, 3, 4], [4]],
  ['a lower rank on the left', [3, 1], [2, 3, 4]],
  ['both sides', [2, 1, 4], [1, 3, 1]],
  ['both sides with other ranks', [3, 1, 5], [2, 1, 4, 1]],
  ['one channel times many', [2, 1, 3, 3], [2, 4, 3, 3]],
  ['a batch of one', [1, 2, 3], [4, 2, 3]],
  ['size 1 on both sides', [1, 1, 3], [2, 1, 1]],
];

const binary = ['Add', 'Sub', 'Mul', 'Div', 'Max', 'Min', 'Sum', 'Mean', 'Mod'].flatMap((op) =>
  pairs.map(([title, a, b]): OperatorCase => ({
    op,
    title,
    inputs: [{ dims: a }, op === 'Div' || op === 'Mod' ? { dims: b, range: positive } : { dims: b }],
    attributes: op === 'Mod' ? { fmod: 1 } : {},
    // Quotients that jump are no place for finite differences, but the slopes agree between the runtimes.
    ...(op === 'Mod' && { tolerance: 1e-3 }),
  })),
);

const powers = [-2, -1, -0.5, 0, 0.5, 1, 1.5, 2, 3].map((exponent): OperatorCase => ({
  op: 'Pow',
  title: `to the power of ${exponent}`,
  inputs: [{ dims: [2, 5], range: positive }, float(exponent)],
}));

const functions: readonly (readonly [string, readonly [number, number]])[] = [
  ['Neg', [-2, 2]],
  ['Abs', [-2, 2]],
  ['Reciprocal', [-2, -0.5]],
  ['Sqrt', positive],
  ['Exp', [-3, 3]],
  ['Log', positive],
  ['Sin', [-4, 4]],
  ['Cos', [-4, 4]],
  ['Erf', [-3, 3]],
];

const stepFunctions = ['Floor', 'Ceil', 'Round', 'Sign'].map((op): OperatorCase => ({
  op,
  title: 'of whole and broken numbers',
  inputs: [{ dims: [4, 5] }],
  gradient: false,
}));

const whole = (values: readonly number[]): CaseInput => fedInts([values.length], values);

export const cases: readonly OperatorCase[] = [
  ...binary,
  ...powers,
  { op: 'Pow', title: 'negative base, whole exponent', inputs: [{ dims: [6], range: [-2, -0.5] }, float(3)] },
  { op: 'Pow', title: 'exponent of another type', inputs: [{ dims: [3], range: positive }, fedInts([3], [0, 1, 3])] },
  { op: 'Pow', title: 'both sides', inputs: [{ dims: [2, 1, 3], range: positive }, { dims: [4, 1] }] },
  { op: 'Pow', title: 'a scalar base', inputs: [{ dims: [], range: positive }, { dims: [2, 3] }] },
  ...['Max', 'Min', 'Sum', 'Mean'].flatMap((op): OperatorCase[] => [
    { op, title: 'one input', inputs: [{ dims: [2, 3] }] },
    { op, title: 'three inputs, broadcast', inputs: [{ dims: [2, 3] }, { dims: [3] }, { dims: [4, 1, 1] }] },
    { op, title: 'a frozen input among three', inputs: [{ dims: [4] }, { dims: [4], frozen: true }, { dims: [4] }] },
  ]),
  ...['Add', 'Sub', 'Mul', 'Div', 'Max', 'Min', 'Mod'].map((op): OperatorCase => ({
    op,
    title: 'whole numbers',
    inputs: [whole([7, -7, 7, -7, 6]), whole([2, 2, -2, -2, 3])],
    gradient: false,
  })),
  {
    op: 'Mod',
    title: 'whole numbers with the sign of the dividend',
    inputs: [whole([7, -7, 7, -7]), whole([2, 2, -2, -2])],
    attributes: { fmod: 1 },
    gradient: false,
  },
  ...functions.map(([op, range]): OperatorCase => ({ op, title: 'of a matrix', inputs: [{ dims: [3, 5], range }] })),
  ...['Neg', 'Abs', 'Sign'].map((op): OperatorCase => ({
    op,
    title: 'whole numbers',
    inputs: [whole([3, -4, 0])],
    gradient: false,
  })),
  ...stepFunctions,
];
