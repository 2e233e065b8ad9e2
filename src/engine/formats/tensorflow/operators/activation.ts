/** @file Activation functions, as operators of their own and fused into others. */
import type { Attributes } from '../../../graph/graph';
import type { NodeConverter, OperatorFamily, TfValue } from '../nodeConverter';

/** Operators of ours that do the same, with attributes. */
const SIMPLE: Readonly<Record<string, readonly [op: string, attributes?: Attributes]>> = {
  Relu: ['Relu'],
  Elu: ['Elu'],
  Selu: ['Selu'],
  Sigmoid: ['Sigmoid'],
  Tanh: ['Tanh'],
  Softplus: ['Softplus'],
  Softsign: ['Softsign'],
  // TensorFlow Lite has these as operators.
  HardSwish: ['HardSwish'],
};

/** `name` as `fused_ops` calls it; `next` is the input that a PReLU takes its slope from. */
export function activate(node: NodeConverter, x: TfValue, name: string, next: number): TfValue {
  const [op, attributes = {}] = SIMPLE[name] ?? [];
  if (op !== undefined) return node.map(x, op, attributes);
  if (name === 'Relu6') return node.map(x, 'Clip', {}, [node.scalar(0), node.scalar(6)]);
  if (name === 'LeakyRelu') {
    return node.map(x, 'LeakyRelu', { alpha: node.number('leakyrelu_alpha', node.number('alpha', 0.2)) });
  }
  if (name === 'Gelu') return node.map(x, 'Gelu', { approximate: node.flag('approximate') ? 'tanh' : 'none' });
  if (name === 'Prelu') return node.map(x, 'PRelu', {}, [slope(node, x, next)]);
  throw node.unsupported(`the fused operator ${name}`);
}

function slope(node: NodeConverter, x: TfValue, i: number): string {
  return node.weight(i, (dims) => {
    if (x.order !== 'nchw') return {};
    return dims.length === 1 ? { dims: [dims[0] ?? 1, 1, 1] } : { perm: dims.length === 4 ? [0, 3, 1, 2] : [2, 0, 1] };
  });
}

export const activations = {
  ...Object.fromEntries(
    [...Object.keys(SIMPLE), 'Relu6', 'LeakyRelu', 'Gelu', 'Prelu'].map((name) => [
      name,
      (node: NodeConverter) => activate(node, node.value(0), name, 1),
    ]),
  ),
} satisfies OperatorFamily;
