/** @file Some of the samples, as samples of their own. */
import type { Samples } from './samples';

/** Copies the samples for whose index `keep` is true, in their order. */
export function selectSamples(samples: Samples, keep: (index: number) => boolean): Samples {
  const kept = Array.from({ length: samples.count }, (_, i) => i).filter(keep);
  const size = samples.images.length / samples.count;
  const images = samples.images.slice(0, kept.length * size);
  kept.forEach((index, i) => {
    images.set(samples.images.subarray(index * size, (index + 1) * size), i * size);
  });
  return {
    ...samples,
    images,
    count: kept.length,
    names: kept.map((index) => samples.names[index] ?? ''),
    ...(samples.labels !== undefined && { labels: Int32Array.from(kept, (index) => samples.labels?.[index] ?? 0) }),
  };
}
