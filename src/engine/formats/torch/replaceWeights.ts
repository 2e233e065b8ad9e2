/** @file Other values for stored weights, in copies of the bytes that they lie in. */
import { ModelFormatError } from '../../support/errors';
import { floats, showDims, type Tensor } from '../../graph/tensor';
import type { Network } from './network';
import { writeStored, type StoredTensor } from './storedTensor';

/** By the bytes that stood there before; keys of `changes` are initializers of the graph. Only bytes of the weights named change. */
export function replaceWeights(
  network: Network,
  weights: ReadonlyMap<string, StoredTensor>,
  changes: ReadonlyMap<string, Tensor>,
): Map<Uint8Array, Uint8Array> {
  const changed = new Map<Uint8Array, Uint8Array>();
  for (const [name, tensor] of changes) {
    const stored = weights.get(network.stored.get(name) ?? '');
    if (stored === undefined || stored.dims.join() !== tensor.dims.join()) {
      throw new ModelFormatError('a weight cannot be written back', {
        place: `"${name}"`,
        expected: stored === undefined ? 'a weight of the file' : showDims(stored.dims),
        got: showDims(tensor.dims),
      });
    }
    const bytes = changed.get(stored.bytes) ?? stored.bytes.slice();
    changed.set(stored.bytes, bytes);
    writeStored(stored, bytes, floats(tensor), name);
  }
  return changed;
}
