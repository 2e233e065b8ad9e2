/** @file Operators that are younger than the graph's opset, written with those that it has. */
import { UnsupportedModelError } from '../../../support/errors';
import { scalar } from '../../../graph/tensor';
import { layerOf } from '../flatten/flatNode';
import { step, type Rule } from './rule';

/** Attention (opset 23): Softmax(scale · Q Kᵀ + mask) V of `[N, heads, tokens, size]` tensors, as image models use it. */
export const attention: Rule = (node, context) => {
  const [q = '', k = '', v = '', mask = '', ...past] = node.inputs;
  const { attributes } = node;
  const types = [q, k, v].map((name) => context.type(name));
  const heads = new Set(types.map((type) => type?.dims[1]));
  const plain =
    types.every((type) => type?.dims.length === 4) &&
    heads.size === 1 &&
    (mask === '' || context.type(mask)?.dtype === 'float32') &&
    past.every((name) => name === '') &&
    node.outputs.length === 1 &&
    (attributes['is_causal'] ?? 0) === 0 &&
    (attributes['softcap'] ?? 0) === 0;
  if (!plain) {
    throw new UnsupportedModelError(
      'attention with masks, caches or shared heads as in language models is not supported',
      {
        place: layerOf(node),
      },
    );
  }
  const scale = Number(attributes['scale'] ?? 1 / Math.sqrt(types[0]?.dims[3] ?? 1));
  const transposed = context.fresh(`${node.name}:transposed`);
  const products = context.fresh(`${node.name}:products`);
  const scaled = context.fresh(`${node.name}:scaled`);
  const masked = mask === '' ? scaled : context.fresh(`${node.name}:masked`);
  const shares = context.fresh(`${node.name}:shares`);
  return [
    step('Transpose', [k], transposed, { perm: [0, 1, 3, 2] }),
    step('MatMul', [q, transposed], products),
    step('Mul', [products, context.constant(`${node.name}:scale`, scalar(scale))], scaled),
    ...(mask === '' ? [] : [step('Add', [scaled, mask], masked)]),
    step('Softmax', [masked], shares, { axis: -1 }),
    { ...node, op: 'MatMul', inputs: [shares, v], attributes: {} },
  ];
};

/** Swish (opset 24): x · sigmoid(alpha · x). */
export const swish: Rule = (node, context) => {
  const [x = ''] = node.inputs;
  const alpha = context.constant(`${node.name}:alpha`, scalar(Number(node.attributes['alpha'] ?? 1)));
  const scaled = context.fresh(`${node.name}:scaled`);
  const gate = context.fresh(`${node.name}:gate`);
  return [
    step('Mul', [x, alpha], scaled),
    step('Sigmoid', [scaled], gate),
    { ...node, op: 'Mul', inputs: [x, gate], attributes: {} },
  ];
};
