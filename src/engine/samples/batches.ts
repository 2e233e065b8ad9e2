/** @file Draws batches from the samples: an endless shuffled stream of indices, and the pixels behind them. */
import type { Random } from '../support/random';
import type { Samples } from './samples';

/** Indices of all samples, or of those that do not have the label `excluded`. Unlabelled samples are all kept. */
export function sampleIndices(samples: Pick<Samples, 'count' | 'labels'>, excluded?: number): Int32Array {
  const { count, labels } = samples;
  const all = Int32Array.from({ length: count }, (_, i) => i);
  return labels === undefined || excluded === undefined ? all : all.filter((i) => labels[i] !== excluded);
}

/** Indices of the samples whose label `keep` wants; none of unlabelled ones. */
export function indicesWhere(
  { count, labels }: Pick<Samples, 'count' | 'labels'>,
  keep: (label: number) => boolean,
): Int32Array {
  return Int32Array.from({ length: count }, (_, i) => i).filter((i) => {
    const label = labels?.[i];
    return label !== undefined && keep(label);
  });
}

/** Endless stream over `indices`, freshly shuffled for every pass; each index comes once per pass. */
export class IndexStream {
  readonly #order: Int32Array;
  readonly #random: Random;
  #next: number;

  /** `indices` must not be empty. */
  constructor(indices: Int32Array, random: Random) {
    if (indices.length === 0) throw new RangeError('An index stream needs at least one index');
    this.#order = indices.slice();
    this.#random = random;
    this.#next = indices.length;
  }

  /** The next `count` indices; may run over the end of a pass. */
  take(count: number): Int32Array {
    const batch = new Int32Array(count);
    for (let i = 0; i < count; i++) {
      if (this.#next === this.#order.length) {
        this.#random.shuffle(this.#order);
        this.#next = 0;
      }
      batch[i] = this.#order[this.#next++] ?? 0;
    }
    return batch;
  }
}

/** Copies the samples at `indices` one after the other to `target`, from element `offset` on; values 0…255. */
export function gatherInto(
  samples: Pick<Samples, 'images' | 'count'>,
  indices: ArrayLike<number>,
  target: Float32Array,
  offset: number,
): void {
  const size = samples.images.length / samples.count;
  for (let row = 0; row < indices.length; row++) {
    const start = (indices[row] ?? 0) * size;
    target.set(samples.images.subarray(start, start + size), offset + row * size);
  }
}
