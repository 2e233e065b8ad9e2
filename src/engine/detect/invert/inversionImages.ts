/** @file The images of an inversion. */
import type { CleanImages } from '../../samples/samples';
import { Random } from '../../support/random';
import { gatherInto, IndexStream, indicesWhere, sampleIndices } from '../../samples/batches';

/** Endless shuffled stream of the images that are not of the target label (of all, where none other is there), or of those of one source label. */
export class InversionImages {
  readonly #indices: IndexStream;

  constructor(
    private readonly images: CleanImages,
    targetLabel: number,
    seed: number,
    sourceLabel?: number,
  ) {
    const others =
      sourceLabel === undefined
        ? sampleIndices(images, targetLabel)
        : indicesWhere(images, (label) => label === sourceLabel);
    this.#indices = new IndexStream(others.length > 0 ? others : sampleIndices(images), new Random(seed));
  }

  /** Copies the next `count` images to `target`, from element `offset` on. */
  fill(target: Float32Array, offset: number, count: number): void {
    gatherInto(this.images, this.#indices.take(count), target, offset);
  }
}
