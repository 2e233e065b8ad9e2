/** @file Average pooling over three axes of which it only touches the first, as exporters write local response normalisation. */
import type { Attribute, Node } from '../../../graph/graph';
import { int64 } from '../../../graph/tensor';
import { step, type Rule } from './rule';

/**
 * `[N, C, D, H, W]` with a `[k, 1, 1]` window is pooled as `[N, C, D, H·W]` with a `[k, 1]` window; other nodes stay.
 */
export const averagePool: Rule = (node, context) => {
  const kernel = list(node.attributes['kernel_shape']);
  const [x = ''] = node.inputs;
  const [y = ''] = node.outputs;
  if (kernel.length !== 3 || !touchesFirstAxisOnly(node, kernel)) return [node];

  const fresh = (hint: string): string => context.fresh(`${node.name}:${hint}`);
  const constant = (values: readonly number[]): string =>
    context.constant(`${node.name}:constant`, int64([values.length], values));
  const [flat, pooled, lead, tail, shape] = [
    fresh('flat'),
    fresh('pooled'),
    fresh('lead'),
    fresh('tail'),
    fresh('shape'),
  ];
  const pads = list(node.attributes['pads']);
  const attributes = Object.fromEntries(
    Object.entries(node.attributes).map(([name, value]): [string, Attribute] => {
      if (name === 'pads') return [name, [pads[0] ?? 0, 0, pads[3] ?? 0, 0]];
      return [name, Array.isArray(value) ? [Number(value[0]), 1] : value];
    }),
  );
  return [
    step('Reshape', [x, constant([0, 0, 0, -1])], flat),
    { ...node, inputs: [flat], outputs: [pooled], attributes },
    step('Shape', [pooled], lead, { start: 0, end: 3 }),
    step('Shape', [x], tail, { start: 3 }),
    step('Concat', [lead, tail], shape, { axis: 0 }),
    step('Reshape', [pooled, shape], y),
  ];
};

function touchesFirstAxisOnly(node: Node, kernel: readonly number[]): boolean {
  const lists = ['strides', 'dilations'].map((name) => list(node.attributes[name]));
  const pads = list(node.attributes['pads']);
  const explicit = (node.attributes['auto_pad'] ?? 'NOTSET') === 'NOTSET';
  return (
    explicit &&
    [kernel, ...lists].every((values) => values.slice(1).every((value) => value === 1)) &&
    [1, 2, 4, 5].every((i) => (pads[i] ?? 0) === 0)
  );
}

function list(attribute: Attribute | undefined): readonly number[] {
  return Array.isArray(attribute) ? attribute.map(Number) : [];
}
