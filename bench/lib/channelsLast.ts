/** @file Images in the order of TensorFlow. */
import { float32, type Tensor } from '../../src/engine/graph/tensor';

/** `[N, C, H, W]` to `[N, H, W, C]`. */
export function channelsLast({ dims, data }: Tensor): Tensor {
  const [n = 1, c = 1, h = 1, w = 1] = dims;
  const values = Float32Array.from({ length: data.length }, (_, i) => {
    const [channel, pixel, image] = [i % c, Math.floor(i / c) % (h * w), Math.floor(i / (c * h * w))];
    return Number(data[(image * c + channel) * h * w + pixel]);
  });
  return float32([n, h, w, c], values);
}
