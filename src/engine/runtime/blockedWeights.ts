/** @file Weights of convolutions in the blocked layout: channels of output, and unless there are few those of input, innermost. */
import type { Attribute, Node } from '../graph/graph';
import { float32, floats, sameDims, sizeOf, toNumbers, type Tensor } from '../graph/tensor';
import type { BlockedGraph } from './blockedGraph';

/** `[O, I, H, W]` as `[O/block, I/block, H, W, I block, O block]`, or as `[O/block, I, H, W, O block]` for few inputs. */
export function blockedWeights(g: BlockedGraph, weights: string): string {
  const dims = g.dims(weights);
  const [outputs = 1, inputs = 1, height = 1, width = 1] = dims;
  const size = g.block;
  const known = g.constant(weights);
  if (known !== undefined && inputs === 1) return g.initializer(blockDepthwise(known, size));
  if (inputs % size !== 0) {
    const tiles = permute(g, g.plain(weights), [outputs / size, size, inputs, height, width], [0, 2, 3, 4, 1]);
    return g.reshape(tiles, dims);
  }
  // Reversal is cheaper on whole blocks, and of swapped channels one kind is blocked already, or quickly so.
  const slice = g.producer(weights, 'Slice');
  const [origin = weights, ...reversal] = slice !== undefined && reversesSpace(g, slice) ? slice.inputs : [];
  const swap = g.producer(origin, 'Transpose');
  const tiles =
    swap !== undefined && swapsChannels(swap.attributes.perm)
      ? permute(
          g,
          g.blocked(swap.inputs[0] ?? ''),
          [inputs / size, size, outputs / size, height, width, size],
          [2, 0, 3, 4, 1, 5],
        )
      : permute(g, g.plain(origin), [outputs / size, size, inputs / size, size, height, width], [0, 2, 4, 5, 3, 1]);
  return g.reshape(reversal.length === 0 ? tiles : g.emit('Slice', [tiles, ...reversal]), dims);
}

function permute(g: BlockedGraph, value: string, shape: readonly number[], perm: readonly number[]): string {
  return g.emit('Transpose', [g.reshape(value, shape)], { perm });
}

/** Whether a Slice takes everything and leaves channels alone; axes 2 and 3 are the same ones in blocks. */
function reversesSpace(g: BlockedGraph, slice: Node): boolean {
  const axes = g.constant(slice.inputs[3]);
  const whole = sameDims(g.dims(slice.inputs[0]), g.dims(slice.outputs[0]));
  return whole && axes !== undefined && toNumbers(axes).every((axis) => axis >= 2);
}

function swapsChannels(perm: Attribute | undefined): boolean {
  return Array.isArray(perm) && sameDims(perm.map(Number), [1, 0, 2, 3]);
}

/** `[C, 1, H, W]` to `[C/block, 1, H, W, block]`, under the old dims. */
function blockDepthwise(weights: Tensor, block: number): Tensor {
  const size = sizeOf(weights.dims.slice(2));
  const source = floats(weights);
  const data = source.map((_, to) => {
    const [tile, rest] = [Math.floor(to / (size * block)), to % (size * block)];
    return source[(tile * block + (rest % block)) * size + Math.floor(rest / block)] ?? 0;
  });
  return float32(weights.dims, data);
}
