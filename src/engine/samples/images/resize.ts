/**
 * @file Bilinear resizing with half-pixel centres, widened to the source's pixels when shrinking: the same as PIL's
 * BILINEAR, torchvision's Resize and TensorFlow's `resize(antialias=True)`. When growing it equals plain bilinear.
 */

/** For every target position: first source position and the weights from there on, which sum to 1. */
export interface ResizeWeights {
  readonly starts: Int32Array;
  readonly weights: readonly Float64Array[];
}

export function resizeWeights(source: number, target: number): ResizeWeights {
  const scale = source / target;
  const support = Math.max(scale, 1);
  const starts = new Int32Array(target);
  const weights = Array.from({ length: target }, (_, i) => {
    const centre = (i + 0.5) * scale;
    // Bounds are rounded as in PIL's precompute_coeffs.
    const start = Math.max(0, Math.floor(centre - support + 0.5));
    const end = Math.min(source, Math.floor(centre + support + 0.5));
    starts[i] = start;
    const row = Float64Array.from({ length: end - start }, (_, j) =>
      Math.max(0, 1 - Math.abs((start + j + 0.5 - centre) / support)),
    );
    const sum = row.reduce((total, weight) => total + weight, 0);
    return row.map((weight) => weight / sum);
  });
  return { starts, weights };
}

/** Resizes one plane `[height, width]`, rows by `vertical` and columns by `horizontal`, in floating point. */
export function resizePlane(
  plane: ArrayLike<number>,
  width: number,
  height: number,
  horizontal: ResizeWeights,
  vertical: ResizeWeights,
): Float32Array {
  const targetWidth = horizontal.weights.length;
  const narrow = new Float32Array(height * targetWidth);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < targetWidth; x++) {
      const start = y * width + (horizontal.starts[x] ?? 0);
      narrow[y * targetWidth + x] = weighted(plane, start, 1, horizontal.weights[x]);
    }
  }
  const result = new Float32Array(vertical.weights.length * targetWidth);
  for (let y = 0; y < vertical.weights.length; y++) {
    const start = (vertical.starts[y] ?? 0) * targetWidth;
    for (let x = 0; x < targetWidth; x++) {
      result[y * targetWidth + x] = weighted(narrow, start + x, targetWidth, vertical.weights[y]);
    }
  }
  return result;
}

const NO_WEIGHTS = new Float64Array(0);

function weighted(values: ArrayLike<number>, start: number, stride: number, weights: Float64Array = NO_WEIGHTS): number {
  let sum = 0;
  for (let i = 0; i < weights.length; i++) sum += (weights[i] ?? 0) * (values[start + i * stride] ?? 0);
  return sum;
}
