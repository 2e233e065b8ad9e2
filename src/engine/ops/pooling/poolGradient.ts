/** @file Gradients of pools, as graphs that ONNX Runtime executes fast on a CPU (measured in docs/gradients.md). */
import type { NodeBuilder, Value } from '../../graph/nodeBuilder';
import { float32, sizeOf } from '../../graph/tensor';
import { repeated, scaled, vanishing } from '../shared/blockedLayout';
import { reshapeTo } from '../shared/broadcast';
import { isTiling, unreadByTiles, type Pool } from './poolGeometry';
import { exactEnd, windowAttributes, windowSize } from '../shared/window';

/**
 * ∂loss/∂x of `y`, the maxima of `x`. Of maxima that are tied, all share the gradient of their window evenly if the
 * windows stand side by side, and the first gets it all if they overlap.
 */
export function spreadToMaxima(b: NodeBuilder, x: Value, y: Value, dy: Value, pool: Pool): Value {
  return isTiling(pool) ? spreadInTiles(b, x, y, dy, pool) : spreadByIndex(b, x, dy, pool);
}

function spreadInTiles(b: NodeBuilder, x: Value, y: Value, dy: Value, pool: Pool): Value {
  const { kernel } = pool.window;
  const unread = unreadByTiles(pool);
  const distance = b.op('Add', [scaled(b, x, -1, unread), repeated(b, y, kernel)]);
  const largest = vanishing(b, distance);
  const share = b.op('AveragePool', [largest], { kernel_shape: kernel, strides: kernel });
  const slope = scaled(b, b.op('Div', [dy, share]), 1 / windowSize(pool.window));
  return padEnd(b, b.op('Mul', [largest, repeated(b, slope, kernel)]), unread);
}

function padEnd(b: NodeBuilder, x: Value, end: readonly number[]): Value {
  return end.every((pad) => pad === 0) ? x : b.op('Pad', [x, b.ints([0, 0, ...end.map(() => 0), 0, 0, ...end])]);
}

/** Adds the gradient of each window where its maximum stands. */
function spreadByIndex(b: NodeBuilder, x: Value, dy: Value, pool: Pool): Value {
  const { window } = exactEnd(pool.window, pool.size);
  const [, indices] = b.ops('MaxPool', [x], windowAttributes(window), { outputs: 2 });
  if (indices === undefined) throw new RangeError('MaxPool has two outputs');
  const flat = (value: Value): Value => b.op('Reshape', [value, b.ints([-1])]);
  // Not a constant of the model, which it would swell.
  const zeros = b.op('ConstantOfShape', [b.ints([sizeOf(x.dims)])]);
  const inputs = [zeros, flat(indices), flat(dy)];
  return reshapeTo(b, b.op('ScatterElements', inputs, { axis: 0, reduction: 'add' }), x.dims);
}

/** ∂loss/∂x of averages, where each window divided by its entry of `counts`. */
export function spreadAverages(b: NodeBuilder, dy: Value, pool: Pool, counts: Float32Array): Value {
  const [n = 1, channels = 1] = dy.dims;
  const { window, unread } = exactEnd(pool.window, pool.size);
  if (isTiling(pool)) {
    const slope = scaled(b, dy, 1 / windowSize(window));
    return padEnd(b, repeated(b, slope, window.kernel), unreadByTiles(pool));
  }
  const weights = b.constant(
    float32(
      [1, 1, ...window.output],
      counts.map((count) => 1 / count),
    ),
    'share',
  );
  const share = reshapeTo(b, b.op('Mul', [dy, weights]), [n * channels, 1, ...window.output]);
  const ones = b.filled([1, 1, ...window.kernel], 1);
  const added = b.op('ConvTranspose', [share, ones], { ...windowAttributes(window), output_padding: unread });
  return reshapeTo(b, added, [n, channels, ...pool.size]);
}
