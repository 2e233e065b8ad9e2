/** @file Joins a converted model with the weights of its file, and sorts out which of them a repair has changed. */
import { ModelFormatError } from '../../../support/errors';
import { changesOf as changedWeights } from '../../changes';
import { checkFinite } from '../../checkFinite';
import type { Graph } from '../../../graph/graph';
import { sameDims, showDims, type Tensor } from '../../../graph/tensor';
import type { ConvertedModel } from '../convert';
import { graphDims, toGraph, type LayerInstance, type LayerWeight } from './layerWeights';

/** A weight as it stands in a file. */
export interface StoredWeight {
  /** Names it within the file. */
  readonly key: string;
  readonly dims: readonly number[];
  /** In file order. */
  read(): Float32Array;
}

export interface BoundModel {
  readonly graph: Graph;
  /** Initializer → the weight behind it. */
  readonly weights: ReadonlyMap<string, { readonly weight: LayerWeight; readonly key: string }>;
}

/** Throws {@link ModelFormatError} where a weight does not fit its layer or is not finite. */
export function bind(model: ConvertedModel, find: (weight: LayerWeight) => StoredWeight): BoundModel {
  const initializers = new Map(model.constants);
  const weights = new Map<string, { weight: LayerWeight; key: string }>();
  for (const weight of weightsOf(model.layers)) {
    if (weight.initializer === undefined) continue;
    const stored = find(weight);
    if (!sameDims(stored.dims, weight.dims)) {
      throw new ModelFormatError('a weight does not fit its layer', {
        place: `layer "${weight.layer.spec.path}", weight "${weight.name}"`,
        expected: showDims(weight.dims),
        got: showDims(stored.dims),
      });
    }
    const values = stored.read();
    checkFinite(values, placeOf(weight));
    const dims = graphDims(weight);
    initializers.set(weight.initializer, { dtype: 'float32', dims, data: toGraph(weight, values) });
    weights.set(weight.initializer, { weight, key: stored.key });
  }
  const { input, outputs, nodes } = model;
  return { graph: { inputs: [input], outputs, nodes, initializers }, weights };
}

/** Every weight that a layer of the tree asked for, in the order of the layers. */
export function weightsOf(layers: readonly LayerInstance[]): LayerWeight[] {
  return layers.flatMap((layer) => [...layer.weights.values(), ...weightsOf(layer.children)]);
}

/** See {@link changedWeights}. */
export function changesOf(model: BoundModel, weights: ReadonlyMap<string, Tensor>): Map<string, Float32Array> {
  return changedWeights(model.graph, weights, (name) => {
    const { weight, key } = model.weights.get(name) ?? {};
    if (weight === undefined || key === undefined) return undefined;
    return { dims: weight.dims, layout: weight.layout, key, place: placeOf(weight) };
  });
}

function placeOf({ layer, name }: LayerWeight): string {
  return `layer "${layer.spec.path}", weight "${name}"`;
}
