/** @file Sets the weights of neurons to zero. */
import { floats, float32, sizeOf, type Tensor } from '../../graph/tensor';
import type { NeuronLayer } from '../../neurons/layers';

/**
 * The initializers of `layer` with the slices of `neurons` set to zero; all others are left out. The neurons' outputs
 * are then exactly 0, whatever the input.
 */
export function silenceNeurons(
  initializers: ReadonlyMap<string, Tensor>,
  layer: NeuronLayer,
  neurons: readonly number[],
): Map<string, Tensor> {
  const changed = new Map<string, Tensor>();
  for (const { initializer, axis } of layer.weights) {
    const tensor = changed.get(initializer) ?? initializers.get(initializer);
    if (tensor === undefined) throw new RangeError(`The model has no weight named ${initializer}`);
    const { dims } = tensor;
    const values = floats(tensor).slice();
    const [slices, inner] = [dims[axis] ?? 1, sizeOf(dims.slice(axis + 1))];
    for (let outer = 0; outer < values.length; outer += slices * inner) {
      for (const neuron of neurons) values.fill(0, outer + neuron * inner, outer + (neuron + 1) * inner);
    }
    changed.set(initializer, float32(dims, values));
  }
  return changed;
}
