/** @file Multi-head attention ("Attention Is All You Need", Vaswani et al. 2017, section 3.2). */
import type { Dim } from '../../../graph/graph';
import { product, type KerasTensor } from '../kerasTensor';
import type { LayerBuilder, LayerFamily } from './layerBuilder';

export const attentionLayers = {
  MultiHeadAttention: (layer) => {
    refuseVariants(layer);
    const { config } = layer;
    const heads = config.integer('num_heads', undefined, 1);
    const keySize = config.integer('key_dim', undefined, 1);
    const valueSize = config.integer('value_dim', keySize, 1);
    const query = role(layer, 'query', 0) ?? layer.input;
    const value = role(layer, 'value', 1) ?? query;
    const key = role(layer, 'key', 2) ?? value;

    const queries = project(layer, query, 'query', heads, keySize, [0, 2, 1, 3]);
    const keys = project(layer, key, 'key', heads, keySize, [0, 2, 3, 1]);
    const values = project(layer, value, 'value', heads, valueSize, [0, 2, 1, 3]);
    const scaled = layer.op('Mul', [queries, layer.scalar(1 / Math.sqrt(keySize))], {}, 'scaled');
    const scores = layer.op('MatMul', [scaled, keys], {}, 'scores');
    const shares = layer.op('Softmax', [scores], { axis: -1 }, 'softmax');
    const mixed = layer.op('MatMul', [shares, values], {}, 'mixed');
    const together = layer.op('Transpose', [mixed], { perm: [0, 2, 1, 3] }, 'together');
    const joined = layer.op('Reshape', [together, layer.ints([0, 0, heads * valueSize])], {}, 'joined');
    const outputs = config.integer('output_shape', features(layer, query), 1);
    const kernel = layer.weight('attention_output/kernel', [heads, valueSize, outputs], {
      layout: { dims: [heads * valueSize, outputs] },
      owner: 'output_dense',
    });
    const product = layer.op('MatMul', [joined, kernel], {}, 'attention_output');
    const dims = [...query.dims.slice(0, -1), outputs];
    const shape = layer.ints([0, ...dims.slice(1).map((dim) => dim ?? -1)]);
    const result = bias(layer, product, 'attention_output', [outputs], 'output_dense');
    return { value: layer.op('Reshape', [result, shape]), dims, order: 'keras' };
  },
} satisfies LayerFamily;

function refuseVariants(layer: LayerBuilder): void {
  for (const key of ['use_gate', 'sliding_window']) {
    if (layer.config.raw(key) !== undefined && layer.config.raw(key) !== false) throw layer.unsupported(`"${key}"`);
  }
  for (const key of [
    'attention_mask',
    'query_mask',
    'value_mask',
    'key_mask',
    'use_causal_mask',
    'return_attention_scores',
  ]) {
    const argument = layer.named.get(key);
    const absent =
      argument === undefined || ('constant' in argument && [null, false].includes(argument.constant as null));
    if (!absent) throw layer.unsupported(`"${key}"`);
  }
}

/** The argument with this name, or at this place. */
function role(layer: LayerBuilder, name: string, place: number): KerasTensor | undefined {
  const argument = layer.named.get(name) ?? layer.args[place];
  return argument !== undefined && 'value' in argument ? argument : undefined;
}

function features(layer: LayerBuilder, tensor: KerasTensor): number {
  return layer.known(tensor.dims.at(-1), 'features');
}

/** The heads' view of a sequence: projected, split into heads, and with axes (batch, place, head, feature) permuted. */
function project(
  layer: LayerBuilder,
  tensor: KerasTensor,
  name: string,
  heads: number,
  size: number,
  perm: readonly number[],
): string {
  const width = features(layer, tensor);
  const sequence = asSequence(layer, tensor, width, name);
  const kernel = layer.weight(`${name}/kernel`, [width, heads, size], {
    layout: { dims: [width, heads * size] },
    owner: `${name}_dense`,
  });
  const projected = bias(layer, layer.op('MatMul', [sequence, kernel], {}, name), name, [heads, size], `${name}_dense`);
  const split = layer.op('Reshape', [projected, layer.ints([0, 0, heads, size])], {}, `${name}/heads`);
  return layer.op('Transpose', [split], { perm }, `${name}/transpose`);
}

function bias(layer: LayerBuilder, value: string, name: string, dims: readonly number[], owner: string): string {
  if (!layer.config.boolean('use_bias', true)) return value;
  const flat = dims.reduce((total, dim) => total * dim, 1);
  const weight = layer.weight(`${name}/bias`, dims, { layout: { dims: [flat] }, owner });
  return layer.op('Add', [value, weight], {}, `${name}/bias-add`);
}

/** `[N, …, C]` as `[N, places, C]`; attention over all places is what Keras does by default. */
function asSequence(layer: LayerBuilder, tensor: KerasTensor, width: number, name: string): string {
  const { value, dims } = layer.keras(tensor);
  const all = dims.slice(1, -1).map((_, i) => i + 1);
  const axes = layer.config.raw('attention_axes') === undefined ? all : layer.config.integers('attention_axes');
  if (axes.map((axis) => layer.axis(axis, dims.length)).join() !== all.join()) {
    throw layer.unsupported('attention along some axes only');
  }
  if (dims.length === 3) return value;
  const places: Dim = product(dims.slice(1, -1));
  return layer.op('Reshape', [value, layer.ints([0, places ?? -1, width])], {}, `${name}/sequence`);
}
