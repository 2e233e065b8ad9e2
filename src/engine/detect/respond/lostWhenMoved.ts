/**
 * @file How much of its effect a trigger loses when it is moved. A backdoor's trigger works where the attacker put it, and much less beside it; what is natural to a
 * class, or to whatever a network takes for that class for want of a better one, works elsewhere too.
 */
import type { Evaluator } from '../../classify/evaluator';
import { stampImage, type LabelTrigger } from '../../classify/labelTrigger';
import { marginOf } from '../../classify/margin';
import type { CleanImages, ImageShape } from '../../samples/samples';
import { argmaxRows } from '../../support/argmax';
import type { CancelSignal } from '../../support/cancellation';
import { Random } from '../../support/random';
import { type Move, moved, nearMovesOf } from './moves';

/** Images on which it is measured, at most. */
const IMAGES = 128;

/**
 * By label, the share of its effect that the trigger loses, the mean of a small move in a random one of eight directions and of a move anywhere: about 0 where its place
 * does not matter, 1 where nothing is left. The effect is what it adds to the mean margin of its label over the largest other logit, on images that the model takes for others.
 * NaN where there is no effect. Costs no gradients: three forward passes of {@link IMAGES} images a trigger.
 */
export async function lostWhenMoved(
  evaluator: Pick<Evaluator, 'logits'>,
  { images, count }: CleanImages,
  shape: ImageShape,
  triggers: readonly LabelTrigger[],
  seed: number,
  signal?: CancelSignal,
): Promise<ReadonlyMap<number, number>> {
  const { channels, height, width } = shape;
  const nearMoves = nearMovesOf(shape);
  const used = Math.min(count, IMAGES);
  const subset = { images: images.subarray(0, used * channels * height * width), count: used };
  const clean = await evaluator.logits(subset, undefined, signal);
  const classes = clean.length / used;
  const predicted = argmaxRows(clean, classes);
  const lost = new Map<number, number>();
  for (const trigger of triggers) {
    const random = new Random(seed, trigger.label);
    const margin = async (move: () => Move): Promise<number> => {
      const stamp = (image: Float32Array): void => {
        stampImage(image, moved(trigger, shape, move()));
      };
      const stamped = await evaluator.logits(subset, stamp, signal);
      return meanMargin(stamped, predicted, classes, trigger.label);
    };
    const before = meanMargin(clean, predicted, classes, trigger.label);
    const whole = (await margin(() => [0, 0])) - before;
    const near = await margin(() => nearMoves[random.integer(nearMoves.length)] ?? [0, 0]);
    const anywhere = await margin(() => [random.integer(height), random.integer(width)]);
    const left = (near + anywhere) / 2 - before;
    lost.set(trigger.label, whole > 0 ? 1 - left / whole : NaN);
  }
  return lost;
}

/** The mean margin of `label`, on images of which it is not predicted. */
function meanMargin(logits: Float32Array, predicted: Int32Array, classes: number, label: number): number {
  let [sum, count] = [0, 0];
  for (const [image, prediction] of predicted.entries()) {
    if (prediction === label) continue;
    sum += marginOf(logits, classes, image, label);
    count++;
  }
  return sum / count;
}
