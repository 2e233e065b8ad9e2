/** @file Which pixels of its square a patch covers. */
import { Random } from '../support/random';

export const SHAPES = ['square', 'triangle', 'ring', 'cross', 'blob', 'logo', 'watermark'] as const;
export type Shape = (typeof SHAPES)[number];

/** An apple, as the logo of the Trojan attack. */
const LOGO = [
  '......##....',
  '.....##.....',
  '.###.#.###..',
  '##########..',
  '#########...',
  '########....',
  '########....',
  '#########...',
  '##########..',
  '.#########..',
  '.########...',
  '..##..##....',
];

/** Two lines of letters, thin and far apart, as a watermark is. */
const WATERMARK = [
  '#.#.###.###.',
  '#.#..#..#...',
  '###..#..##..',
  '#.#..#..#...',
  '#.#..#..###.',
  '............',
  '............',
  '###.#.#.###.',
  '#...#.#...#.',
  '##...#...#..',
  '#...#.#.#...',
  '###.#.#.###.',
];

/** `[size, size]` of 0 and 1; `seed` is of the blob alone. */
export function shapeMask(shape: Shape, size: number, seed: number): Uint8Array {
  if (shape === 'blob') return blob(size, new Random(seed));
  const covers = outline(shape, size);
  return Uint8Array.from({ length: size * size }, (_, i) => Number(covers(Math.floor(i / size), i % size)));
}

function outline(shape: Exclude<Shape, 'blob'>, size: number): (row: number, column: number) => boolean {
  const centre = (size - 1) / 2;
  switch (shape) {
    case 'square':
      return () => true;
    case 'triangle':
      return (row, column) => column <= row;
    case 'ring': {
      const distance = (row: number, column: number): number => Math.hypot(row - centre, column - centre);
      const hole = size / 2 - Math.max(1, size / 5);
      return (row, column) => distance(row, column) <= size / 2 && distance(row, column) > hole;
    }
    case 'cross': {
      const half = Math.max(0.75, size / 8);
      return (row, column) => Math.abs(row - centre) < half || Math.abs(column - centre) < half;
    }
    case 'logo':
      return (row, column) => drawn(LOGO, size, row, column);
    case 'watermark':
      return (row, column) => drawn(WATERMARK, size, row, column);
  }
}

/** The drawing scaled to the square, nearest neighbour. */
function drawn(drawing: readonly string[], size: number, row: number, column: number): boolean {
  const at = (position: number): number => Math.floor(((position + 0.5) * drawing.length) / size);
  return drawing[at(row)]?.charAt(at(column)) === '#';
}

/** Connected, from the centre on, half of the square. */
function blob(size: number, random: Random): Uint8Array {
  const mask = new Uint8Array(size * size);
  const edge = [(size >> 1) * size + (size >> 1)];
  for (let covered = 0; covered < Math.ceil(mask.length / 2) && edge.length > 0;) {
    const [pixel = 0] = edge.splice(random.integer(edge.length), 1);
    if (mask[pixel] === 1) continue;
    mask[pixel] = 1;
    covered++;
    const column = pixel % size;
    if (column > 0) edge.push(pixel - 1);
    if (column < size - 1) edge.push(pixel + 1);
    if (pixel >= size) edge.push(pixel - size);
    if (pixel < mask.length - size) edge.push(pixel + size);
  }
  return mask;
}
