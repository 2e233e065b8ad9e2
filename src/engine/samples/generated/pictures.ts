/**
 * @file Pictures of nothing with the statistics of something, for models whose images nobody has at hand: edges, areas and
 * scales as photographs have them (dead leaves: Lee, Mumford and Huang 2001; as training images: Baradad et al. 2021),
 * strokes as writing and signs have them, and noise whose power falls with frequency.
 */
import type { Random } from '../../support/random';
import type { ImageShape } from '../samples';

/** Fills `image`, `[C, H, W]`, with values 0…255. */
export type Painter = (image: Uint8Array, shape: ImageShape, random: Random) => void;

/** Discs that cover one another; their radii are distributed as r⁻³. */
export const deadLeaves: Painter = (image, shape, random) => {
  const side = Math.min(shape.height, shape.width);
  const [least, most] = [Math.max(1, side / 24), side / 2];
  fill(image, shape, colour(shape, random));
  for (let leaf = 0; leaf < 120; leaf++) {
    const radius = least / Math.sqrt(1 - random.uniform() * (1 - (least / most) ** 2));
    disc(image, shape, random.uniform() * shape.width, random.uniform() * shape.height, radius, colour(shape, random));
  }
};

/** A few thick curved lines on a plain ground, light on dark or dark on light. */
export const strokes: Painter = (image, shape, random) => {
  const side = Math.min(shape.height, shape.width);
  const ground = colour(shape, random).map((value) => value / 4);
  const ink = colour(shape, random).map((value) => 255 - value / 4);
  const inverted = random.uniform() < 0.3;
  fill(image, shape, inverted ? ink : ground);
  const count = 1 + random.integer(4);
  for (let stroke = 0; stroke < count; stroke++) {
    let [x, y] = [(0.2 + 0.6 * random.uniform()) * shape.width, (0.2 + 0.6 * random.uniform()) * shape.height];
    let angle = 2 * Math.PI * random.uniform();
    const bend = 0.8 * (random.uniform() - 0.5);
    const radius = Math.max(0.8, side * (0.03 + 0.03 * random.uniform()));
    const steps = Math.round((side * (0.3 + 0.5 * random.uniform())) / radius);
    for (let step = 0; step < steps; step++) {
      disc(image, shape, x, y, radius, inverted ? ground : ink);
      x += radius * Math.cos(angle);
      y += radius * Math.sin(angle);
      angle += bend * (radius / (0.12 * side));
    }
  }
};

/** Sum of noise on coarser and coarser grids, each as strong as it is coarse. */
export const cloudyNoise: Painter = (image, shape, random) => {
  const { channels, height, width } = shape;
  const area = height * width;
  const values = new Float32Array(channels * area);
  for (let cell = 1; cell < Math.max(height, width); cell *= 2) {
    const columns = Math.ceil(width / cell) + 1;
    const grid = Float32Array.from({ length: channels * columns * (Math.ceil(height / cell) + 1) }, () =>
      random.normal(),
    );
    const rows = grid.length / (channels * columns);
    for (let i = 0; i < values.length; i++) {
      const [c, y, x] = [Math.floor(i / area), Math.floor((i % area) / width), i % width];
      const at = (row: number, column: number): number => grid[(c * rows + row) * columns + column] ?? 0;
      const [row, column] = [Math.floor(y / cell), Math.floor(x / cell)];
      const [v, u] = [y / cell - row, x / cell - column];
      const upper = (1 - u) * at(row, column) + u * at(row, column + 1);
      const lower = (1 - u) * at(row + 1, column) + u * at(row + 1, column + 1);
      values[i] = (values[i] ?? 0) + cell * ((1 - v) * upper + v * lower);
    }
  }
  const spread = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length) || 1;
  const centre = 64 + 128 * random.uniform();
  values.forEach((value, i) => {
    image[i] = Math.min(255, Math.max(0, Math.round(centre + (60 * value) / spread)));
  });
};

/** Mostly grey, as colours of things are. */
function colour({ channels }: ImageShape, random: Random): number[] {
  const grey = 255 * random.uniform();
  return Array.from({ length: channels }, () => 0.5 * grey + 0.5 * 255 * random.uniform());
}

function fill(image: Uint8Array, { channels, height, width }: ImageShape, values: readonly number[]): void {
  const area = height * width;
  for (let c = 0; c < channels; c++) image.fill(values[c] ?? 0, c * area, (c + 1) * area);
}

function disc(
  image: Uint8Array,
  { channels, height, width }: ImageShape,
  centreX: number,
  centreY: number,
  radius: number,
  values: readonly number[],
): void {
  const [top, bottom] = [Math.max(0, Math.ceil(centreY - radius)), Math.min(height - 1, Math.floor(centreY + radius))];
  for (let y = top; y <= bottom; y++) {
    const half = Math.sqrt(Math.max(0, radius ** 2 - (y - centreY) ** 2));
    const [left, right] = [Math.max(0, Math.ceil(centreX - half)), Math.min(width - 1, Math.floor(centreX + half))];
    for (let c = 0; c < channels; c++) {
      const row = (c * height + y) * width;
      if (right >= left) image.fill(values[c] ?? 0, row + left, row + right + 1);
    }
  }
}
