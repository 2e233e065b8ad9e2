/** @file The weights that a layer asks for, and how each is laid out in the file and in the graph. */
import { sizeOf, stridesOf } from '../../graph/tensor';
import type { LayerSpec } from './architecture';

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
  /** As Keras calls it: `kernel`, `moving_mean`. */
  readonly name: string;
  /** Shape in the file. */
  readonly dims: readonly number[];
  readonly layout: WeightLayout;
  /** Statistics are not. Keras stores trainable weights before the others. */
  readonly trainable: boolean;
  /** Sub-layer that owns it, where the layer is built of some (`query_dense` of an attention layer). */
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
  const source = sourceIndices(weight);
  return source === undefined ? values : Float32Array.from(source, (index) => values[index] ?? 0);
}

/** Graph order → file order. */
export function toFile(weight: Pick<LayerWeight, 'dims' | 'layout'>, values: Float32Array): Float32Array {
  const source = sourceIndices(weight);
  if (source === undefined) return values;
  const result = new Float32Array(values.length);
  source.forEach((index, i) => (result[index] = values[i] ?? 0));
  return result;
}

/** For every element in graph order its index in the file; `undefined` where both orders agree. */
function sourceIndices({ dims, layout }: Pick<LayerWeight, 'dims' | 'layout'>): Uint32Array | undefined {
  const { perm, flip } = layout;
  if (perm === undefined && flip === undefined) return undefined;
  const axes = perm ?? dims.map((_, axis) => axis);
  const fileStrides = stridesOf(dims);
  const shape = axes.map((axis) => dims[axis] ?? 1);
  const strides = axes.map((axis) => (flip?.includes(axis) === true ? -1 : 1) * (fileStrides[axis] ?? 1));
  const start = (flip ?? []).reduce((sum, axis) => sum + ((dims[axis] ?? 1) - 1) * (fileStrides[axis] ?? 1), 0);
  const indices = new Uint32Array(sizeOf(dims));
  const position = new Array<number>(shape.length).fill(0);
  for (let i = 0, source = start; i < indices.length; i++) {
    indices[i] = source;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      source += strides[axis] ?? 0;
      position[axis] = (position[axis] ?? 0) + 1;
      if ((position[axis] ?? 0) < (shape[axis] ?? 1)) break;
      source -= (strides[axis] ?? 0) * (shape[axis] ?? 1);
      position[axis] = 0;
    }
  }
  return indices;
}
