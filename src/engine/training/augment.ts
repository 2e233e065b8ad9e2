/** @file Augmentation of training images: small data sets need it for classes to become as robust as large ones make them. */
import type { Random } from '../support/random';
import type { ImageShape } from '../samples/samples';

/** Moves one raw image `[C, H, W]` by up to `pixels` in each direction, in place; what comes in from outside is black. */
export function shiftRandomly(
  image: Float32Array,
  { height, width }: ImageShape,
  pixels: number,
  random: Random,
): void {
  if (pixels === 0) return;
  const down = random.integer(2 * pixels + 1) - pixels;
  const right = random.integer(2 * pixels + 1) - pixels;
  const source = image.slice();
  for (let i = 0; i < image.length; i++) {
    const x = (i % width) - right;
    const y = (Math.floor(i / width) % height) - down;
    const inside = x >= 0 && x < width && y >= 0 && y < height;
    image[i] = inside ? (source[i - down * width - right] ?? 0) : 0;
  }
}
