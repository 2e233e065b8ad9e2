/**
 * @file How much of its effect a trigger loses when it is moved. A backdoor's trigger works where the attacker put it, and much less beside it; what is natural to a
 * class, or to whatever a network takes for that class for want of a better one, works elsewhere too.
 */
import type { Evaluator } from '../../classify/evaluator';
import type { LabelTrigger, StampedTrigger } from '../../classify/labelTrigger';
import type { CleanImages, ImageShape } from '../../samples/samples';
import { argmaxRows } from '../../support/argmax';
import type { CancelSignal } from '../../support/cancellation';
import { Random } from '../../support/random';

/** Images on which it is measured, at most. */
const IMAGES = 128;

/** A small move, as a share of the image's side: as far as the images that training shifts to do without the exact place. */
const NEAR = 1 / 14;

const DIRECTIONS = [
  [-1, -1],
  [-1, 0],
  [-1, 1],
  [0, -1],
  [0, 1],
  [1, -1],
  [1, 0],
  [1, 1],
] as const;

/**
 * By label, the share of its effect that the trigger loses, the mean of a small move in a random one of eight directions and of a move anywhere: about 0 where its place
 * does not matter, 1 where nothing is left. The effect is what it adds to the mean margin of its label over the largest other logit, on images that the model takes for others.
 * What is moved out of the image comes in on the other side. NaN where there is no effect. Costs no gradients: three forward passes of {@link IMAGES} images a trigger.
 */
export async function lostWhenMoved(
  evaluator: Pick<Evaluator, 'logits'>,
  { images, count }: CleanImages,
  { channels, height, width }: ImageShape,
  triggers: readonly LabelTrigger[],
  seed: number,
  signal?: CancelSignal,
): Promise<ReadonlyMap<number, number>> {
  const used = Math.min(count, IMAGES);
  const subset = { images: images.subarray(0, used * channels * height * width), count: used };
  const clean = await evaluator.logits(subset, undefined, signal);
  const classes = clean.length / used;
  const predicted = argmaxRows(clean, classes);
  const [down, right] = [height, width].map((side) => Math.max(1, Math.round(side * NEAR))) as [number, number];
  const lost = new Map<number, number>();
  for (const trigger of triggers) {
    const random = new Random(seed, trigger.label);
    const effect = async (move: () => readonly [number, number]): Promise<number> => {
      const stamp = (image: Float32Array): void => {
        stampMoved(image, trigger, width, ...move());
      };
      const stamped = await evaluator.logits(subset, stamp, signal);
      return meanMargin(stamped, predicted, classes, trigger.label);
    };
    const before = meanMargin(clean, predicted, classes, trigger.label);
    const whole = (await effect(() => [0, 0])) - before;
    const near = await effect(() => {
      const [y = 0, x = 0] = DIRECTIONS[random.integer(DIRECTIONS.length)] ?? [];
      return [y * down, x * right];
    });
    const anywhere = await effect(() => [random.integer(height), random.integer(width)]);
    const left = (near + anywhere) / 2 - before;
    lost.set(trigger.label, whole > 0 ? 1 - left / whole : NaN);
  }
  return lost;
}

/** Of `label` over the largest other logit, on images of which it is not predicted. */
function meanMargin(logits: Float32Array, predicted: Int32Array, classes: number, label: number): number {
  let [sum, count] = [0, 0];
  for (const [image, prediction] of predicted.entries()) {
    if (prediction === label) continue;
    const row = logits.subarray(image * classes, (image + 1) * classes);
    let largest = -Infinity;
    for (const [other, logit] of row.entries()) if (other !== label) largest = Math.max(largest, logit);
    sum += (row[label] ?? NaN) - largest;
    count++;
  }
  return sum / count;
}

/** As `stampImage` does, the trigger moved by so many pixels. */
function stampMoved(
  image: Float32Array,
  { mask, pattern }: StampedTrigger,
  width: number,
  down: number,
  right: number,
): void {
  const area = mask.length;
  const height = area / width;
  for (const [from, m] of mask.entries()) {
    if (m === 0) continue;
    const y = (Math.floor(from / width) + down + height) % height;
    const x = ((from % width) + right + width) % width;
    for (let plane = 0; plane < image.length; plane += area) {
      const to = plane + y * width + x;
      image[to] = (image[to] ?? 0) * (1 - m) + (pattern[plane + from] ?? 0) * m;
    }
  }
}
