/** @file Whole numbers that stand for others: `scale · (q − zeroPoint)`. */
import { sizeOf } from '../graph/tensor';
import type { Finding } from './format';

/** With one scale for all, or one for each index along `axis`. */
export interface Quantization {
  readonly scales: readonly number[];
  /** As many as scales, one for all, or none where that is 0. */
  readonly zeroPoints: readonly number[];
  readonly axis: number;
}

/** `f` of the index of each element of a tensor of shape `dims`, with its scale and zero point. */
export function withScales(
  dims: readonly number[],
  { scales, zeroPoints, axis }: Quantization,
  f: (index: number, scale: number, zeroPoint: number) => number,
): Float32Array {
  const count = sizeOf(dims);
  const along = axis < 0 ? axis + dims.length : axis;
  // Elements that share an index along the axis follow each other in blocks.
  const block = scales.length === 1 ? count : sizeOf(dims.slice(along + 1));
  return Float32Array.from({ length: count }, (_, i) => {
    const at = Math.floor(i / block) % scales.length;
    return f(i, scales[at] ?? 1, zeroPoints[at] ?? zeroPoints[0] ?? 0);
  });
}

/** What a user has to know of such a network. */
export const QUANTIZED: Finding = {
  severity: 'note',
  message:
    'The network is quantised. It was read with the numbers that its whole numbers stand for, without rounding in between; a repair needs the float model it was made from.',
};
