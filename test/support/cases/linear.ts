/** @file Operator cases: matrix products. */
import type { Attributes } from '../../../src/engine/graph/graph';
import type { CaseInput, OperatorCase } from '../operatorHarness';

const gemm = (title: string, a: number[], b: number[], c?: number[], attributes: Attributes = {}): OperatorCase => ({
  op: 'Gemm',
  title,
  inputs: [{ dims: a }, { dims: b }, ...(c === undefined ? [] : [{ dims: c }])],
  attributes,
});

const frozen = (...dims: number[]): CaseInput => ({ dims, frozen: true });

export const cases: readonly OperatorCase[] = [
  gemm('plain', [3, 4], [4, 5]),
  gemm('bias', [3, 4], [4, 5], [5]),
  gemm('bias of one number', [3, 4], [4, 5], [1]),
  gemm('scalar bias', [3, 4], [4, 5], []),
  gemm('bias per row', [3, 4], [4, 5], [3, 1]),
  gemm('bias per column', [3, 4], [4, 5], [1, 5]),
  gemm('full bias', [3, 4], [4, 5], [3, 5]),
  gemm('transA', [4, 3], [4, 5], [5], { transA: 1 }),
  gemm('transB', [3, 4], [5, 4], [5], { transB: 1 }),
  gemm('transA, transB', [4, 3], [5, 4], [5], { transA: 1, transB: 1 }),
  gemm('alpha, beta', [3, 4], [4, 5], [5], { alpha: 0.5, beta: -2 }),
  gemm('alpha, beta, transA', [4, 3], [4, 5], [3, 5], { alpha: 1.5, beta: 0.25, transA: 1 }),
  gemm('alpha, beta, transB', [3, 4], [5, 4], [5], { alpha: -0.5, beta: 3, transB: 1 }),
  gemm('alpha, beta, transA, transB', [4, 3], [5, 4], [], { alpha: 2, beta: 0, transA: 1, transB: 1 }),
  {
    op: 'Gemm',
    title: 'frozen weights',
    inputs: [{ dims: [3, 4] }, frozen(5, 4), frozen(5)],
    attributes: { transB: 1 },
  },
  ...(
    [
      ['matrices', [3, 4], [4, 5]],
      ['vector · vector', [4], [4]],
      ['vector · matrix', [4], [4, 5]],
      ['matrix · vector', [3, 4], [4]],
      ['vector · stack', [4], [2, 4, 5]],
      ['stack · vector', [2, 3, 4], [4]],
      ['stacks', [2, 3, 4], [2, 4, 5]],
      ['stacks of stacks', [2, 3, 4, 5], [2, 3, 5, 2]],
      ['stack · matrix', [2, 3, 4], [4, 5]],
      ['stack of stacks · matrix', [2, 2, 3, 4], [4, 5]],
      ['matrix · stack', [3, 4], [2, 4, 5]],
      ['broadcast both', [2, 1, 3, 4], [1, 3, 4, 2]],
      ['broadcast with another rank', [2, 3, 4], [3, 2, 4, 5]],
      ['stack of one · stack', [1, 3, 4], [2, 4, 5]],
      ['stack · stack of one', [2, 3, 4], [1, 4, 5]],
      ['single row', [2, 1, 4], [4, 1]],
    ] as const
  ).map(([title, a, b]): OperatorCase => ({ op: 'MatMul', title, inputs: [{ dims: a }, { dims: b }] })),
  { op: 'MatMul', title: 'frozen weights', inputs: [{ dims: [2, 3, 4] }, frozen(4, 5)] },
  { op: 'MatMul', title: 'frozen left', inputs: [frozen(3, 4), { dims: [2, 4, 5] }] },
];
