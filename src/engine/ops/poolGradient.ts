/** @file Gradients of pools, as graphs that ONNX Runtime executes fast on a CPU (measured in docs/gradients.md). */
import type { GraphBuilder, Value } from '../graph/builder';
import { float32 } from '../graph/tensor';
import { repeated, scaled, vanishing } from './blockedLayout';
import { reshapeTo } from './broadcast';
import { isTiling, readable, unreadByTiles, type Pool } from './poolGeometry';
import { exactEnd, windowAttributes, windowSize } from './window';

/** ∂loss/∂x of `y`, the maxima of `x`. The maxima of a window that are tied share its gradient evenly. */
export function spreadToMaxima(b: GraphBuilder, x: Value, y: Value, dy: Value, pool: Pool): Value {
  return isTiling(pool) ? spreadInTiles(b, x, y, dy, pool) : spreadInOverlap(b, x, y, dy, pool);
}

function spreadInTiles(b: GraphBuilder, x: Value, y: Value, dy: Value, pool: Pool): Value {
  const { kernel } = pool.window;
  const unread = unreadByTiles(pool);
  const distance = b.op('Add', [scaled(b, x, -1, unread), repeated(b, y, kernel)]);
  const largest = vanishing(b, distance);
  const share = b.op('AveragePool', [largest], { kernel_shape: kernel, strides: kernel });
  const slope = scaled(b, b.op('Div', [dy, share]), 1 / windowSize(pool.window));
  return padEnd(b, b.op('Mul', [largest, repeated(b, slope, kernel)]), unread);
}

function padEnd(b: GraphBuilder, x: Value, end: readonly number[]): Value {
  return end.every((pad) => pad === 0) ? x : b.op('Pad', [x, b.ints([0, 0, ...end.map(() => 0), 0, 0, ...end])]);
}

/** The elements of all windows side by side (im2col), compared with the maxima, and added up again (col2im). */
function spreadInOverlap(b: GraphBuilder, x: Value, y: Value, dy: Value, pool: Pool): Value {
  const [n = 1, channels = 1] = x.dims;
  const images = n * channels;
  const { window, unread } = exactEnd(pool.window, pool.size);
  const count = windowSize(window);
  const columns = b.op(
    'Conv',
    [reshapeTo(b, x, [images, 1, ...pool.size]), selectors(b, pool)],
    windowAttributes(window),
  );
  const asColumn = (value: Value): Value => reshapeTo(b, value, [images, 1, ...window.output]);
  const equal = vanishing(b, b.op('Sub', [asColumn(y), columns]));
  // Padding reads as 0, which could be taken for a maximum.
  const inside = readable(pool);
  const largest = inside.includes(0)
    ? b.op('Mul', [equal, b.constant(float32([1, count, ...window.output], inside), 'inside')])
    : equal;
  const share = b.op('Div', [asColumn(dy), b.op('ReduceSum', [largest, b.ints([1])], { keepdims: 1 })]);
  const added = b.op('ConvTranspose', [b.op('Mul', [largest, share]), selectors(b, pool)], {
    ...windowAttributes(window),
    output_padding: unread,
  });
  return reshapeTo(b, added, x.dims);
}

/** A convolution with these weights puts each element of a window into a channel of its own. */
function selectors(b: GraphBuilder, { window }: Pool): Value {
  const count = windowSize(window);
  const identity = new Float32Array(count * count).map((_, i) => (i % (count + 1) === 0 ? 1 : 0));
  return b.constant(float32([count, 1, ...window.kernel], identity), 'selectors');
}

/** ∂loss/∂x of averages, where each window divided by its entry of `counts`. */
export function spreadAverages(b: GraphBuilder, dy: Value, pool: Pool, counts: Float32Array): Value {
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
