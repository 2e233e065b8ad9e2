/** @file Clean images in the form the scan works on, and the drawing of batches from them. */
import { Random } from '../random';

export interface CleanImages {
  /** `[N, C, H, W]` raw pixels 0–255. */
  readonly pixels: Uint8Array | Float32Array;
  readonly count: number;
  /** `[N]`; absent for unlabelled samples. */
  readonly labels?: Int32Array;
}

/** Endless shuffled stream of the images that are not of one class. */
export class ImageStream {
  readonly #order: Int32Array;
  readonly #random: Random;
  #next = 0;

  /** Falls back to all images where every image is of the class. */
  constructor(
    private readonly images: CleanImages,
    excludedLabel: number,
    seed: number,
  ) {
    const { labels, count } = images;
    const all = Int32Array.from({ length: count }, (_, i) => i);
    const others = labels === undefined ? all : all.filter((i) => labels[i] !== excludedLabel);
    this.#order = others.length > 0 ? others : all;
    this.#random = new Random(seed);
    this.#next = this.#order.length;
  }

  /** Copies the next `count` images to `target`, beginning at element `offset`. */
  fill(target: Float32Array, offset: number, count: number): void {
    const size = this.images.pixels.length / this.images.count;
    for (let i = 0; i < count; i++) {
      if (this.#next >= this.#order.length) {
        this.#random.shuffle(this.#order);
        this.#next = 0;
      }
      const index = this.#order[this.#next++] ?? 0;
      target.set(this.images.pixels.subarray(index * size, (index + 1) * size), offset + i * size);
    }
  }
}
