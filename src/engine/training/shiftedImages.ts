/** @file Samples as a training step takes them: raw pixels, each image moved a little. */
import { gatherInto } from '../samples/batches';
import type { ImageShape, LabelledImages } from '../samples/samples';
import type { Random } from '../support/random';
import { shiftRandomly } from './augment';

/**
 * Copies the images at `indices` to `target` `[indices, C, H, W]`, each moved at random by up to `shift` (a share of the shorter side), and
 * returns their labels. `finish` gets every image once it is moved, and may change it, and its label by returning another.
 */
export function gatherShifted(
  samples: LabelledImages,
  indices: Int32Array,
  target: Float32Array,
  { shape, shift, random }: { readonly shape: ImageShape; readonly shift: number; readonly random: Random },
  finish?: (image: Float32Array, label: number) => number | undefined,
): Int32Array {
  gatherInto(samples, indices, target, 0);
  const size = target.length / indices.length;
  const pixels = Math.round(shift * Math.min(shape.height, shape.width));
  return indices.map((index, row) => {
    const image = target.subarray(row * size, (row + 1) * size);
    const label = samples.labels[index] ?? 0;
    shiftRandomly(image, shape, pixels, random);
    return finish?.(image, label) ?? label;
  });
}
