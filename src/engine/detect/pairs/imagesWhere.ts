/** @file Some of the images, by their labels, as a pair is asked about them. */
import type { CleanImages, LabelledImages } from '../../samples/samples';

/** The first images, `most` of them, whose label `keep` wants. */
export function imagesWhere(
  { images, labels, count }: LabelledImages,
  keep: (label: number) => boolean,
  most: number,
): CleanImages {
  const size = images.length / count;
  const places = [...labels.keys()].filter((i) => keep(labels[i] ?? -1)).slice(0, most);
  const copy = new Float32Array(places.length * size);
  for (const [row, i] of places.entries()) copy.set(images.subarray(i * size, (i + 1) * size), row * size);
  return { images: copy, count: places.length };
}
