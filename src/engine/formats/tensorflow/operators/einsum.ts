/** @file Einstein sums of two values, as a matrix product between reshapes (attention layers). */
import type { NodeConverter, OperatorFamily, TfValue } from '../nodeConverter';

interface Side {
  readonly labels: string;
  readonly value: string;
}

function einsum(node: NodeConverter): TfValue {
  const equation = node.text('equation', '').replaceAll(' ', '');
  const [, left = '', right = '', out = ''] = /^([a-zA-Z]+),([a-zA-Z]+)->([a-zA-Z]*)$/.exec(equation) ?? [];
  const [a, b] = [
    { labels: left, value: node.tf(0).value },
    { labels: right, value: node.tf(1).value },
  ];
  const shared = Array.from(left).filter((label) => right.includes(label));
  const batch = shared.filter((label) => out.includes(label));
  const inner = shared.filter((label) => !out.includes(label));
  const [rows, columns] = [a, b].map(({ labels }) => Array.from(labels).filter((label) => !shared.includes(label)));
  const complete = [...(rows ?? []), ...(columns ?? [])].every((label) => out.includes(label));
  const repeated = [left, right, out].some((labels) => new Set(labels).size < labels.length);
  if (rows === undefined || columns === undefined || left === '' || !complete || repeated) {
    throw node.unsupported(`the sum "${equation}"`);
  }
  const shape = (groups: readonly (readonly string[])[], part: string): string => shapeOf(node, [a, b], groups, part);
  const matrix = (side: Side, order: readonly (readonly string[])[], part: string): string => {
    const [first = [], second = []] = order;
    const turned = transposed(node, side, [...batch, ...first, ...second], part);
    return node.op('Reshape', [turned, shape([...batch.map((label) => [label]), first, second], part)], {}, part);
  };
  const product = node.op(
    'MatMul',
    [matrix(a, [rows, inner], 'left'), matrix(b, [inner, columns], 'right')],
    {},
    'product',
  );
  const labels = [...batch, ...rows, ...columns];
  const apart = shape(
    labels.map((label) => [label]),
    'result',
  );
  const result = { labels: labels.join(''), value: node.op('Reshape', [product, apart], {}, 'result') };
  return { value: transposed(node, result, Array.from(out), ''), rank: out.length, order: 'tf' };
}

function transposed(node: NodeConverter, { labels, value }: Side, order: readonly string[], part: string): string {
  const perm = order.map((label) => labels.indexOf(label));
  if (perm.every((axis, i) => axis === i)) return value;
  return node.op('Transpose', [value], { perm }, part === '' ? '' : `${part}/order`);
}

/** A shape with one number for each group of labels, their product; sizes are taken from the values themselves. */
function shapeOf(
  node: NodeConverter,
  sides: readonly Side[],
  groups: readonly (readonly string[])[],
  part: string,
): string {
  const shapes = sides.map(({ value }, i) => node.op('Shape', [value], {}, `${part}/shape${i}`));
  const sizes = groups.map((group, at) => {
    if (group.length === 0) return node.ints([1]);
    const each = group.map((label, i) => {
      const side = sides.findIndex(({ labels }) => labels.includes(label));
      const axis = node.ints([sides[side]?.labels.indexOf(label) ?? 0]);
      return node.op('Gather', [shapes[side] ?? '', axis], {}, `${part}/size${at}-${i}`);
    });
    return each.reduce((total, size, i) => node.op('Mul', [total, size], {}, `${part}/sizes${at}-${i}`));
  });
  return node.op('Concat', sizes, { axis: 0 }, `${part}/sizes`);
}

export const sums = { Einsum: einsum } satisfies OperatorFamily;
