/** @file Sets the weights of neurons to zero. */
import { initializerNamed } from '../../graph/initializer';
import { floats, float32, type Tensor } from '../../graph/tensor';
import { eachSlice } from '../../neurons/eachSlice';
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
  const silent = new Set(neurons);
  const changed = new Map<string, Tensor>();
  for (const { initializer, axis } of layer.weights) {
    const tensor = changed.get(initializer) ?? initializerNamed(initializers, initializer);
    const values = floats(tensor).slice();
    eachSlice(tensor, axis, (neuron, start, end) => {
      if (silent.has(neuron)) values.fill(0, start, end);
    });
    changed.set(initializer, float32(tensor.dims, values));
  }
  return changed;
}
