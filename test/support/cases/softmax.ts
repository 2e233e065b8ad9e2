/** @file Operator cases: Softmax and LogSoftmax. */
import type { OperatorCase } from '../operatorHarness';

export const cases: readonly OperatorCase[] = ['Softmax', 'LogSoftmax'].flatMap((op): OperatorCase[] => [
  { op, title: 'default axis', inputs: [{ dims: [4, 6] }] },
  { op, title: 'one axis', inputs: [{ dims: [5] }], attributes: { axis: 0 } },
  { op, title: 'first axis', inputs: [{ dims: [3, 4, 2] }], attributes: { axis: 0 } },
  { op, title: 'middle axis', inputs: [{ dims: [2, 5, 3] }], attributes: { axis: 1 } },
  { op, title: 'negative axis', inputs: [{ dims: [2, 5, 3] }], attributes: { axis: -2 } },
  { op, title: 'four axes', inputs: [{ dims: [2, 3, 2, 4] }], attributes: { axis: 3 } },
  { op, title: 'far apart logits', inputs: [{ dims: [3, 4], range: [-60, 60] }] },
]);
