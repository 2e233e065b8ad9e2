/** @file Reads samples in tests, and puts what was read in order. */
import { readSamples } from '../../../../../src/engine/samples/readSamples';
import type { ReadOptions, Samples } from '../../../../../src/engine/samples/samples';
import type { Files } from '../../../../../src/engine/support/files';

/** Images and labels in the order of their names, for comparison. */
export function sorted(samples: Samples): { name: string; label: number | undefined; image: number[] }[] {
  const size = samples.images.length / samples.count;
  return samples.names
    .map((name, i) => ({
      name,
      label: samples.labels?.[i],
      image: Array.from(samples.images.subarray(i * size, (i + 1) * size)),
    }))
    .sort((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }));
}

export const GREY4 = { channels: 1, height: 4, width: 4 };
export const RGB4 = { channels: 3, height: 4, width: 4 };
export const read = (files: Files, path: string, shape = GREY4, options: ReadOptions = {}) =>
  readSamples(files, path, shape, options);
