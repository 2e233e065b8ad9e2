/** @file Which elements the windows of a pool read. */
import { elementOffsets, outerProduct, type Window } from '../shared/window';

/** A pool over an input with spatial size `size`. */
export interface Pool {
  readonly window: Window;
  readonly size: readonly number[];
}

/** Whether the windows stand side by side, each element in at most one of them. */
export function isTiling({ window, size }: Pool): boolean {
  const { kernel, strides, dilations, begin, output } = window;
  return kernel.every(
    (k, axis) =>
      k === strides[axis] &&
      (k === 1 || dilations[axis] === 1) &&
      begin[axis] === 0 &&
      k * (output[axis] ?? 0) <= (size[axis] ?? 0),
  );
}

/** What the tiles leave unread at the end of each axis. */
export function unreadByTiles({ window, size }: Pool): number[] {
  return size.map((dim, axis) => dim - (window.output[axis] ?? 0) * (window.kernel[axis] ?? 1));
}

/** For each element of a window (row-major) and each window: 1 where it lies inside the input, 0 in the padding. */
export function readable({ window, size }: Pool): Float32Array {
  const inside = elementOffsets(window).map((offset) =>
    outerProduct(
      size.map((dim, axis) =>
        windowStarts(window, axis).map((start) => {
          const at = start + (offset[axis] ?? 0);
          return at >= 0 && at < dim ? 1 : 0;
        }),
      ),
    ),
  );
  return Float32Array.from(inside.flat());
}

/**
 * How many elements each window divides its sum by, row-major over the windows: those inside the input, or those
 * inside the padding too. What a window rounded up reaches beyond the padding never counts.
 */
export function readCounts({ window, size }: Pool, includePadding: boolean): Float32Array {
  const perAxis = size.map((dim, axis) => {
    const [from, to] = includePadding ? [-(window.begin[axis] ?? 0), dim + (window.end[axis] ?? 0)] : [0, dim];
    return windowStarts(window, axis).map((start) => {
      const elements = Array.from(
        { length: window.kernel[axis] ?? 0 },
        (_, i) => start + i * (window.dilations[axis] ?? 1),
      );
      return elements.filter((at) => at >= from && at < to).length;
    });
  });
  return Float32Array.from(outerProduct(perAxis));
}

/** Position of the first element of each window along an axis; negative in the padding. */
function windowStarts({ output, strides, begin }: Window, axis: number): number[] {
  return Array.from({ length: output[axis] ?? 0 }, (_, o) => o * (strides[axis] ?? 1) - (begin[axis] ?? 0));
}
