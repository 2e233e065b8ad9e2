/** @file Some of the images, by their labels, as a pair is asked about them. */
import { gatherInto, indicesWhere } from '../../samples/batches';
import type { CleanImages, LabelledImages } from '../../samples/samples';

/** The first images, `most` of them, whose label `keep` wants. */
export function imagesWhere(images: LabelledImages, keep: (label: number) => boolean, most: number): CleanImages {
  const indices = indicesWhere(images, keep).subarray(0, most);
  const copy = new Float32Array((indices.length * images.images.length) / images.count);
  gatherInto(images, indices, copy, 0);
  return { images: copy, count: indices.length };
}
