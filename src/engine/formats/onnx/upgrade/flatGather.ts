/** @file Gather that takes all elements of a flat value in order: how exporters write a view of memory. */
import { int64, toNumbers } from '../../../graph/tensor';
import type { Rule } from './rule';

/** A Reshape, which unlike indices holds for any batch; other nodes stay. */
export const flatGather: Rule = (node, context) => {
  const [x = '', indices = ''] = node.inputs;
  const positions = context.tensor(indices);
  const inOrder =
    positions !== undefined && positions.dims.length > 1 && toNumbers(positions).every((at, i) => at === i);
  if (!inOrder || (node.attributes['axis'] ?? 0) !== 0) return [node];
  const type = context.type(x);
  if (type?.dims.length !== 1 || type.dims[0] !== positions.data.length) return [node];
  const shape = context.constant(`${node.name}:shape`, int64([positions.dims.length], positions.dims));
  return [{ ...node, op: 'Reshape', inputs: [x, shape], attributes: {} }];
};
