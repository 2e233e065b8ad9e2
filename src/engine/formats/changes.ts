/** @file Which weights of a file a repair has changed, and their new values as the file keeps them. */
import { floats, sameDims, showDims, type Tensor } from '../graph/tensor';
import type { Graph } from '../graph/graph';
import { checkFinite } from './checkFinite';
import { toFile, type LayerWeight } from './keras/weights/layerWeights';

/** Where a weight of the graph stands in the file, and how it lies there. */
export interface PlacedWeight extends Pick<LayerWeight, 'dims' | 'layout'> {
  /** Names it within the file. */
  readonly key: string;
  /** For messages. */
  readonly place: string;
}

/** The new values in file order, by key; weights that stay the same are left out. */
export function changesOf(
  { initializers }: Graph,
  changed: ReadonlyMap<string, Tensor>,
  placeOf: (name: string) => PlacedWeight | undefined,
): Map<string, Float32Array> {
  const changes = new Map<string, Float32Array>();
  for (const [name, tensor] of changed) {
    const [weight, before] = [placeOf(name), initializers.get(name)];
    if (weight === undefined || before === undefined) throw new RangeError(`${name} is no weight of the file`);
    if (!sameDims(before.dims, tensor.dims)) {
      throw new RangeError(`${name} has shape ${showDims(before.dims)}, not ${showDims(tensor.dims)}`);
    }
    const [old, values] = [floats(before), floats(tensor)];
    if (values.every((value, i) => value === old[i])) continue;
    checkFinite(values, weight.place);
    changes.set(weight.key, toFile(weight, values));
  }
  return changes;
}
