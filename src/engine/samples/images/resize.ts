/**
 * @file Bilinear resizing with half-pixel centres, widened to the source's pixels when shrinking: the same as PIL's
 * BILINEAR, torchvision's Resize and TensorFlow's `resize(antialias=True)`. When growing it equals plain bilinear.
 */

/** One channel of an image inside a larger array: pixel (x, y) is `values[start + (y · width + x) · stride]`. */
export interface Plane {
  readonly values: Uint8Array | Float32Array;
  readonly start: number;
  readonly stride: number;
  readonly width: number;
  readonly height: number;
}

/** For every target position, `taps` weights that sum to 1, for the source positions from its start on. */
export interface ResizeWeights {
  readonly taps: number;
  readonly starts: Int32Array;
  /** `[target, taps]` */
  readonly weights: Float64Array;
}

export function resizeWeights(source: number, target: number): ResizeWeights {
  const scale = source / target;
  const support = Math.max(scale, 1);
  const taps = Math.min(source, Math.ceil(2 * support) + 1);
  const starts = new Int32Array(target);
  const weights = new Float64Array(target * taps);
  for (let i = 0; i < target; i++) {
    const centre = (i + 0.5) * scale;
    // Bounds are rounded as in PIL's precompute_coeffs; the window is then kept inside the source.
    const first = Math.max(0, Math.floor(centre - support + 0.5));
    const end = Math.min(source, Math.floor(centre + support + 0.5));
    const start = Math.min(first, source - taps);
    starts[i] = start;
    const row = weights.subarray(i * taps, (i + 1) * taps);
    let sum = 0;
    for (let position = first; position < end; position++) {
      const weight = Math.max(0, 1 - Math.abs((position + 0.5 - centre) / support));
      row[position - start] = weight;
      sum += weight;
    }
    for (let tap = 0; tap < taps; tap++) row[tap] = (row[tap] ?? 0) / sum;
  }
  return { taps, starts, weights };
}

/** The plane with its columns resized by `horizontal` and its rows by `vertical`, in floating point, row-major. */
export function resizePlane(plane: Plane, horizontal: ResizeWeights, vertical: ResizeWeights): Float32Array {
  const width = horizontal.starts.length;
  const height = vertical.starts.length;
  const narrow = resizeRows(plane, horizontal);
  const result = new Float32Array(width * height);
  for (let y = 0; y < height; y++) {
    const row = result.subarray(y * width, (y + 1) * width);
    for (let tap = 0; tap < vertical.taps; tap++) {
      const weight = vertical.weights[y * vertical.taps + tap] ?? 0;
      const source = ((vertical.starts[y] ?? 0) + tap) * width;
      for (let x = 0; x < width; x++) row[x] = (row[x] ?? 0) + weight * (narrow[source + x] ?? 0);
    }
  }
  return result;
}

/** `[height, target width]` */
function resizeRows(plane: Plane, { taps, starts, weights }: ResizeWeights): Float32Array {
  const { values, stride } = plane;
  const width = starts.length;
  const narrow = new Float32Array(plane.height * width);
  for (let y = 0; y < plane.height; y++) {
    const rowStart = plane.start + y * plane.width * stride;
    for (let x = 0; x < width; x++) {
      let at = rowStart + (starts[x] ?? 0) * stride;
      let sum = 0;
      for (let tap = x * taps; tap < (x + 1) * taps; tap++, at += stride)
        sum += (weights[tap] ?? 0) * (values[at] ?? 0);
      narrow[y * width + x] = sum;
    }
  }
  return narrow;
}
