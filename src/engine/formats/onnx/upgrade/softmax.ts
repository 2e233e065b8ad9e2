/** @file Softmax and LogSoftmax: before opset 13 over all axes from `axis` on, since then over one axis. */
import { step, type Rule } from './rule';

export const softmax: Rule = (node, context) => {
  if (context.opset >= 13) return [node];
  const [x = ''] = node.inputs;
  const [y = ''] = node.outputs;
  const axis = Number(node.attributes['axis'] ?? 1);
  const rank = context.type(x)?.dims.length;
  const last = { ...node, attributes: { axis: -1 } };
  if (axis === -1 || (rank !== undefined && axis === rank - 1)) return [last];

  const shape = context.fresh(`${node.name}:shape`);
  const flat = context.fresh(`${node.name}:flat`);
  const result = context.fresh(`${node.name}:result`);
  return [
    step('Shape', [x], shape),
    step('Flatten', [x], flat, { axis }),
    { ...last, inputs: [flat], outputs: [result] },
    step('Reshape', [result, shape], y),
  ];
};
