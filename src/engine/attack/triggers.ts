/** @file Triggers that attackers stamp: a patch somewhere in the image, or a picture blended into all of it. */
import { UsageError } from '../support/errors';
import { Random } from '../support/random';
import type { ImageShape } from '../samples/samples';
import { shapeMask, type Shape } from './shapes';

export type PatchPattern = 'white' | 'noise' | 'checkerboard' | `#${string}`;

/** Corners, edges and the centre: the nine triggers of the paper's section VII-D. */
export const PLACES = [
  'top-left',
  'top',
  'top-right',
  'left',
  'center',
  'right',
  'bottom-left',
  'bottom',
  'bottom-right',
] as const;
export type Place = (typeof PLACES)[number];
/** `x`, `y`: column and row of the upper left pixel. */
export type Position = Place | { readonly x: number; readonly y: number };

export interface PatchOptions {
  /** Side of the square around it in pixels. */
  readonly size: number;
  /** Which pixels of the square it covers; all when absent. */
  readonly shape?: Shape;
  /** What it hides of the image, 0–1; everything when absent. */
  readonly opacity?: number;
  /** Where it is; corners and edges keep a margin of one pixel, as the authors do. */
  readonly position: Position;
  readonly pattern: PatchPattern;
  /** For `noise` and the shape `blob`. */
  readonly seed: number;
}

/** `mask` `[H, W]` in 0–1, `pattern` `[C, H, W]` in 0–255. */
export interface PatchTrigger {
  readonly mask: Float32Array;
  readonly pattern: Float32Array;
}

/** Throws {@link UsageError} for a patch that does not fit in the image. */
export function patchTrigger({ channels, height, width }: ImageShape, options: PatchOptions): PatchTrigger {
  const { size } = options;
  const { x, y } = corner(options.position, size, height, width);
  if (size < 1 || x < 0 || y < 0 || x + size > width || y + size > height) {
    throw new UsageError('the trigger does not fit in the image', {
      expected: `a square inside ${width}×${height} pixels`,
      got: `${size}×${size} at (${x}, ${y})`,
    });
  }
  const colour = colourOf(options, channels);
  const covered = shapeMask(options.shape ?? 'square', size, options.seed);
  const mask = new Float32Array(height * width);
  const pattern = new Float32Array(channels * height * width);
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      if (covered[row * size + column] !== 1) continue;
      const pixel = (y + row) * width + x + column;
      mask[pixel] = options.opacity ?? 1;
      for (let c = 0; c < channels; c++) pattern[c * height * width + pixel] = colour(c, row, column);
    }
  }
  return { mask, pattern };
}

/** A picture of random pixels over the whole image, of which it hides `opacity` 0–1 (blended attack, Chen et al. 2017). */
export function blendedTrigger({ channels, height, width }: ImageShape, opacity: number, random: Random): PatchTrigger {
  return {
    mask: new Float32Array(height * width).fill(opacity),
    pattern: Float32Array.from({ length: channels * height * width }, () => random.integer(256)),
  };
}

/** Of the upper left pixel. */
function corner(position: Position, size: number, height: number, width: number): { x: number; y: number } {
  if (typeof position === 'object') return position;
  const along = (extent: number, first: string, last: string): number => {
    if (position.startsWith(first) || position.endsWith(first)) return 1;
    return position.startsWith(last) || position.endsWith(last) ? extent - size - 1 : (extent - size) >> 1;
  };
  return { x: along(width, 'left', 'right'), y: along(height, 'top', 'bottom') };
}

function colourOf(
  { pattern, seed }: PatchOptions,
  channels: number,
): (c: number, row: number, column: number) => number {
  switch (pattern) {
    case 'white':
      return () => 255;
    case 'checkerboard':
      return (_, row, column) => ((row + column) % 2 === 0 ? 255 : 0);
    case 'noise': {
      const random = new Random(seed);
      return () => random.integer(256);
    }
    default:
      return solid(pattern, channels);
  }
}

function solid(pattern: `#${string}`, channels: number): (c: number) => number {
  if (!/^#[0-9a-f]{6}$/i.test(pattern)) {
    throw new UsageError('the trigger colour is wrong', { expected: 'a colour such as #ffcc00', got: pattern });
  }
  const rgb = [1, 3, 5].map((start) => parseInt(pattern.slice(start, start + 2), 16));
  const [r = 0, g = 0, b = 0] = rgb;
  return (c) => (channels === 1 ? 0.299 * r + 0.587 * g + 0.114 * b : (rgb[c] ?? 255));
}
