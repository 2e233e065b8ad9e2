/** @file The weights that a layer asks for, and how each is laid out in the file and in the graph. */
import { stridesOf } from '../../../graph/tensor';
import type { LayerSpec } from '../architecture';

/** The graph's copy: the file's axes permuted (`perm[i]` is the file axis of graph axis i), then reshaped. */
export interface WeightLayout {
  readonly perm?: readonly number[];
  /** File axes that run backwards (kernels trained with Theano). */
  readonly flip?: readonly number[];
  /** Shape in the graph; by default the permuted shape. */
  readonly dims?: readonly number[];
}

export interface LayerWeight {
  readonly layer: LayerInstance;
  /** As Keras calls it: `kernel`, `moving_mean`; with the part in front where the layer has parts, `query/kernel`. */
  readonly name: string;
  /** Shape in the file. */
  readonly dims: readonly number[];
  readonly layout: WeightLayout;
  /** Statistics are not. Keras stores trainable weights before the others. */
  readonly trainable: boolean;
  /** The layer's attribute whose object holds it, where the layer is built of others: `query_dense`; else empty. */
  readonly owner: string;
  /** Name in the graph; `undefined` for one that inference does not use. */
  readonly initializer: string | undefined;
}

/** A layer of the model, with the weights it asked for in Keras's order of creation. */
export interface LayerInstance {
  readonly spec: LayerSpec;
  readonly weights: Map<string, LayerWeight>;
  /** The layers inside, where it is a model. */
  readonly children: readonly LayerInstance[];
}

/** Shape of the weight in the graph. */
export function graphDims({ dims, layout }: Pick<LayerWeight, 'dims' | 'layout'>): readonly number[] {
  return layout.dims ?? layout.perm?.map((axis) => dims[axis] ?? 1) ?? dims;
}

/** File order → graph order. */
export function toGraph(weight: Pick<LayerWeight, 'dims' | 'layout'>, values: Float32Array): Float32Array {
  const order = fileOrder(weight);
  if (order === undefined) return values;
  const result = new Float32Array(values.length);
  let i = 0;
  for (const outer of order.outer) for (const inner of order.inner) result[i++] = values[outer + inner] ?? 0;
  return result;
}

/** Graph order → file order. */
export function toFile(weight: Pick<LayerWeight, 'dims' | 'layout'>, values: Float32Array): Float32Array {
  const order = fileOrder(weight);
  if (order === undefined) return values;
  const result = new Float32Array(values.length);
  let i = 0;
  for (const outer of order.outer) for (const inner of order.inner) result[outer + inner] = values[i++] ?? 0;
  return result;
}

/**
 * Where in the file the elements stand in graph order: at every sum of an outer offset, of the first axis, and an inner
 * one, of the others. `undefined` where both orders agree.
 */
function fileOrder({
  dims,
  layout,
}: Pick<LayerWeight, 'dims' | 'layout'>): { outer: Int32Array; inner: Int32Array } | undefined {
  const { perm, flip = [] } = layout;
  if (perm === undefined && flip.length === 0) return undefined;
  const strides = stridesOf(dims);
  const [first = [0], ...others] = (perm ?? dims.map((_, axis) => axis)).map((axis) => {
    const offsets = Array.from({ length: dims[axis] ?? 1 }, (_, i) => i * (strides[axis] ?? 1));
    return flip.includes(axis) ? offsets.reverse() : offsets;
  });
  const inner = others.reduce((sums, offsets) => sums.flatMap((sum) => offsets.map((offset) => sum + offset)), [0]);
  return { outer: Int32Array.from(first), inner: Int32Array.from(inner) };
}
