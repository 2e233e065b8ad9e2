/** @file Cuts the samples into a part to repair with and a part to judge by. */
import { Random } from '../support/random';
import { balancedOrder } from '../samples/draw';
import type { LabelledImages } from '../samples/samples';

export interface SplitSamples {
  readonly repair: LabelledImages;
  readonly heldOut: LabelledImages;
}

/**
 * Two parts without common images, each balanced over the classes as far as the samples are, and every beginning of it
 * too; `share` of each class is for the repair. Same seed, same parts.
 */
export function splitSamples(samples: LabelledImages, share: number, seed: number): SplitSamples {
  const order = balancedOrder(samples.count, samples.labels, new Random(seed));
  const seen = new Map<number, number>();
  const parts: Record<keyof SplitSamples, number[]> = { repair: [], heldOut: [] };
  for (const index of order) {
    const label = samples.labels[index] ?? 0;
    const rank = seen.get(label) ?? 0;
    seen.set(label, rank + 1);
    parts[Math.floor((rank + 1) * share) > Math.floor(rank * share) ? 'repair' : 'heldOut'].push(index);
  }
  return { repair: pick(samples, parts.repair), heldOut: pick(samples, parts.heldOut) };
}

/** The images at `indices`, in that order. */
export function pick(samples: LabelledImages, indices: readonly number[]): LabelledImages {
  const size = samples.images.length / samples.count;
  const length = indices.length * size;
  const images = samples.images instanceof Uint8Array ? new Uint8Array(length) : new Float32Array(length);
  indices.forEach((index, row) => {
    images.set(samples.images.subarray(index * size, (index + 1) * size), row * size);
  });
  return { images, labels: Int32Array.from(indices, (index) => samples.labels[index] ?? 0), count: indices.length };
}
