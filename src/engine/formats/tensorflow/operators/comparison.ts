/** @file Comparisons, logic, and choices by them. */
import type { NodeConverter, OperatorConverter, OperatorFamily, TfValue } from '../nodeConverter';
import { aligned, binary } from './elementwise';

/** All inputs as TensorFlow has them; a condition of lower rank stands for whole rows in the old `Select`. */
function select(node: NodeConverter): TfValue {
  const [condition, yes, no] = [0, 1, 2].map((i) => node.tf(i));
  if (condition === undefined || yes === undefined || no === undefined) {
    throw node.error('the node is called wrongly', 'three inputs', `${node.operands.length}`);
  }
  const rows = node.node.op === 'Select' && condition.rank === 1 && yes.rank !== 1;
  if (rows) throw node.unsupported('a choice between whole rows');
  const ranks = [condition, yes, no].map(({ rank }) => rank);
  const rank = ranks.includes(undefined) ? undefined : Math.max(...ranks.map((one) => one ?? 0));
  return { value: node.op('Where', [condition.value, yes.value, no.value]), rank, order: 'tf' };
}

const notEqual: OperatorConverter = (node) => {
  const { a, b, result } = aligned(node);
  return { ...result, value: node.op('Not', [node.op('Equal', [a, b], {}, 'equal')]) };
};

export const comparisons = {
  Equal: binary('Equal'),
  NotEqual: notEqual,
  Greater: binary('Greater'),
  GreaterEqual: binary('GreaterOrEqual'),
  Less: binary('Less'),
  LessEqual: binary('LessOrEqual'),
  LogicalAnd: binary('And'),
  LogicalOr: binary('Or'),
  LogicalNot: (node) => node.map(node.value(0), 'Not'),
  Select: select,
  SelectV2: select,
} satisfies OperatorFamily;
