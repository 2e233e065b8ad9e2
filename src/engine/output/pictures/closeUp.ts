/** @file A reversed trigger seen from near: the part of the image where it lies, on a ground that neither light nor dark triggers vanish on. */
import { maskOf, patternOf } from '../../report/decodeTrigger';
import type { Trigger } from '../../report/scanReport';
import { mean } from '../../support/mean';
import type { Image } from './png';
import { byte } from './triggerImage';

/** Of the mask's sum; the rest is strewn over the image. */
const SHOWN = 0.8;
/** Of the side, on every side, one pixel at least. */
const MARGIN = 0.15;
/** The two greys of the ground, between which nobody would look for a trigger, and cells along the side. */
const GROUND = [112, 144] as const;
const CELLS = 8;

/** A square of pixels, inside the image where that is large enough. */
export interface Square {
  readonly left: number;
  readonly top: number;
  readonly side: number;
}

/** The smallest square with 80 % of the mask in it, and a margin. `mask` is `[H, W]`; an empty one is shown whole. */
export function squareAround(mask: ArrayLike<number>, height: number, width: number): Square {
  const sums = integral(mask, height, width);
  const wanted = SHOWN * (sums.at(-1) ?? 0);
  const whole = Math.max(height, width);
  let [side, found] = [whole, { left: 0, top: 0 }];
  // A larger square never holds less, so the smallest that holds enough can be bisected for.
  for (let low = 1; low < side;) {
    const middle = (low + side) >> 1;
    const fullest = fullestSquare(sums, height, width, middle);
    if (wanted > 0 && fullest.sum >= wanted) [side, found] = [middle, fullest];
    else low = middle + 1;
  }
  const margin = Math.max(1, Math.round(MARGIN * side));
  const shown = Math.min(whole, side + 2 * margin);
  return {
    side: shown,
    left: clamp(found.left - margin, width - shown),
    top: clamp(found.top - margin, height - shown),
  };
}

/** `side` × `side` pixels: m·Δ + (1 − m) · ground over the square around the mask. Grey for models of fewer than three channels. */
export function closeUp(trigger: Trigger, side: number): Image {
  const { height, width } = trigger;
  const mask = maskOf(trigger);
  const pattern = patternOf(trigger);
  const channels = trigger.channels < 3 ? 1 : 3;
  const square = squareAround(mask, height, width);
  const pixels = new Uint8Array(side * side * channels);
  const scale = square.side / side;
  const opacity = (pixel: number): number => clamp(mask[pixel] ?? 0, 1);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const ground = GROUND[(Math.floor((x * CELLS) / side) + Math.floor((y * CELLS) / side)) % 2] ?? 0;
      const behind = pixelsBehind(square, scale, x, y, trigger);
      const through = 1 - mean(behind.map(opacity));
      for (let c = 0; c < channels; c++) {
        const painted = mean(behind.map((pixel) => opacity(pixel) * (pattern[c * height * width + pixel] ?? 0)));
        pixels[(y * side + x) * channels + c] = byte(painted + through * ground);
      }
    }
  }
  return { width: side, height: side, channels, pixels };
}

/** The pixels of the trigger that a pixel of the picture shows: one, several where it is smaller, none beside the image. */
function pixelsBehind(
  { left, top }: Square,
  scale: number,
  x: number,
  y: number,
  image: Pick<Trigger, 'height' | 'width'>,
): number[] {
  const columns = range(left, x, scale, image.width);
  return range(top, y, scale, image.height).flatMap((row) => columns.map((column) => row * image.width + column));
}

function range(start: number, step: number, scale: number, size: number): number[] {
  const first = Math.floor(step * scale);
  const end = Math.min(size - start, Math.max(first + 1, Math.floor((step + 1) * scale)));
  return Array.from({ length: Math.max(0, end - first) }, (_, i) => start + first + i);
}

/** `[H + 1, W + 1]`: sums over all pixels above and to the left. */
function integral(mask: ArrayLike<number>, height: number, width: number): Float64Array {
  const stride = width + 1;
  const sums = new Float64Array(stride * (height + 1));
  for (let y = 0; y < height; y++) {
    let row = 0;
    for (let x = 0; x < width; x++) {
      row += Math.max(0, mask[y * width + x] ?? 0);
      sums[(y + 1) * stride + x + 1] = (sums[y * stride + x + 1] ?? 0) + row;
    }
  }
  return sums;
}

/** The square of this side with the largest sum; one larger than the image is cut off by it. */
function fullestSquare(
  sums: Float64Array,
  height: number,
  width: number,
  side: number,
): { left: number; top: number; sum: number } {
  const at = (y: number, x: number): number => sums[Math.min(y, height) * (width + 1) + Math.min(x, width)] ?? 0;
  let fullest = { left: 0, top: 0, sum: -1 };
  for (let top = 0; top <= Math.max(0, height - side); top++) {
    for (let left = 0; left <= Math.max(0, width - side); left++) {
      const sum = at(top + side, left + side) - at(top, left + side) - at(top + side, left) + at(top, left);
      if (sum > fullest.sum) fullest = { left, top, sum };
    }
  }
  return fullest;
}

function clamp(value: number, most: number): number {
  return Math.max(0, Math.min(value, most));
}
