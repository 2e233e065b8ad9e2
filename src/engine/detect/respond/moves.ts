/** @file Triggers and images moved by a few pixels. */
import type { StampedTrigger } from '../../classify/labelTrigger';
import type { ImageShape } from '../../samples/samples';

/** So many pixels down and to the right. */
export type Move = readonly [down: number, right: number];

/** A small move, as a share of the image's side: as far as the images that training shifts to do without the exact place. */
const NEAR = 1 / 14;

const DIRECTIONS: readonly Move[] = [
  [-1, -1],
  [-1, 0],
  [-1, 1],
  [0, -1],
  [0, 1],
  [1, -1],
  [1, 0],
  [1, 1],
];

/** By {@link NEAR} of the sides, in each of eight directions. */
export function nearMovesOf({ height, width }: ImageShape): Move[] {
  const [down, right] = [height, width].map((side) => Math.max(1, Math.round(side * NEAR))) as [number, number];
  return DIRECTIONS.map(([y, x]) => [y * down, x * right]);
}

/** What leaves the image comes in on the other side. */
export function moved({ mask, pattern }: StampedTrigger, { height, width }: ImageShape, move: Move): StampedTrigger {
  const roll = (planes: Float32Array): Float32Array =>
    from(planes, height, width, (y, x) => [(y - move[0] + height) % height, (x - move[1] + width) % width]);
  return { mask: roll(mask), pattern: roll(pattern) };
}

/** `image` is `[C, H, W]`; its border takes the place of what is missing. */
export function movedImage(image: Float32Array, { height, width }: ImageShape, [down, right]: Move): Float32Array {
  const within = (at: number, side: number): number => Math.min(side - 1, Math.max(0, at));
  return from(image, height, width, (y, x) => [within(y - down, height), within(x - right, width)]);
}

/** Planes of H·W values, each value taken from another place of its plane. */
function from(
  planes: Float32Array,
  height: number,
  width: number,
  place: (y: number, x: number) => readonly [y: number, x: number],
): Float32Array {
  const area = height * width;
  return planes.map((_, i) => {
    const at = i % area;
    const [y, x] = place(Math.floor(at / width), at % width);
    return planes[i - at + y * width + x] ?? 0;
  });
}
