/** @file Joins a converted model with the weights of its file, and sorts out which of them a repair has changed. */
import { ModelFormatError } from '../../../support/errors';
import { checkFinite } from '../../checkFinite';
import type { Graph } from '../../../graph/graph';
import { floats, sameDims, showDims, type Tensor } from '../../../graph/tensor';
import type { ConvertedModel } from '../convert';
import { graphDims, toFile, toGraph, type LayerInstance, type LayerWeight } from './layerWeights';

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

/** The new values in file order, by key; weights that stay the same are left out. */
export function changesOf(model: BoundModel, weights: ReadonlyMap<string, Tensor>): Map<string, Float32Array> {
  const changes = new Map<string, Float32Array>();
  for (const [name, tensor] of weights) {
    const bound = model.weights.get(name);
    const before = model.graph.initializers.get(name);
    if (bound === undefined || before === undefined) throw new RangeError(`${name} is no weight of the file`);
    if (!sameDims(before.dims, tensor.dims)) {
      throw new RangeError(`${name} has shape ${showDims(before.dims)}, not ${showDims(tensor.dims)}`);
    }
    const [old, values] = [floats(before), floats(tensor)];
    if (values.every((value, i) => value === old[i])) continue;
    checkFinite(values, placeOf(bound.weight));
    changes.set(bound.key, toFile(bound.weight, values));
  }
  return changes;
}

function placeOf({ layer, name }: LayerWeight): string {
  return `layer "${layer.spec.path}", weight "${name}"`;
}
