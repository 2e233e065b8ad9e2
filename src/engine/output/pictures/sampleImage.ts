/** @file A clean image as a picture. */
import { resizePlane, resizeWeights } from '../../samples/images/resize';
import type { ImageShape } from '../../samples/samples';
import type { Image } from './png';

/**
 * `pixels` holds one image, C·H·W raw values 0–255. Grey for fewer than three channels, otherwise the first three as RGB.
 * Images with a side longer than `longest` are shrunk to it.
 */
export function sampleImage(
  pixels: Uint8Array | Float32Array,
  { channels, height, width }: ImageShape,
  longest = Infinity,
): Image {
  const shrink = Math.min(1, longest / Math.max(height, width));
  const target = {
    width: Math.max(1, Math.round(width * shrink)),
    height: Math.max(1, Math.round(height * shrink)),
  };
  const [horizontal, vertical] = [resizeWeights(width, target.width), resizeWeights(height, target.height)];
  const shown = channels < 3 ? 1 : 3;
  const interleaved = new Uint8ClampedArray(target.width * target.height * shown);
  for (let c = 0; c < shown; c++) {
    const plane = { values: pixels, start: c * height * width, stride: 1, width, height };
    resizePlane(plane, horizontal, vertical).forEach((value, i) => {
      interleaved[i * shown + c] = value;
    });
  }
  return { ...target, channels: shown, pixels: new Uint8Array(interleaved.buffer) };
}
