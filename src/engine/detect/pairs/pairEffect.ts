/** @file What the trigger of a pair does to images of its source, and to others; all of it forward passes. */
import type { Evaluator } from '../../classify/evaluator';
import { stampImage, type StampedTrigger } from '../../classify/labelTrigger';
import type { CleanImages, ImageShape, LabelledImages } from '../../samples/samples';
import type { CancelSignal } from '../../support/cancellation';
import { moved, type Move, movedImage, nearMovesOf } from '../respond/moves';
import { imagesWhere } from './imagesWhere';
import type { Pair } from './pair';

export interface PairEffect {
  /** Share of the source's images that the trigger turns into the target. */
  readonly attackSuccess: number;
  /** What the trigger does to the target's margin on images of other labels, as a share of what it does on those of its source. */
  readonly effectOnOthers: number;
  /** How much more of its effect the trigger loses when it is moved on the image than when the image is moved under it, as a share. */
  readonly tiedToPlace: number;
}

/** Images of the source, at most. */
const OWN = 64;
/** Images of other labels, all together. */
const OTHERS = 128;

/** `images` as {@link LabelledImages}; a margin is that of the target over the largest other logit. */
export class PairEffects {
  constructor(
    private readonly evaluator: Pick<Evaluator, 'logits'>,
    private readonly images: LabelledImages,
    private readonly shape: ImageShape,
    private readonly signal?: CancelSignal,
  ) {}

  async of({ source, target }: Pair, trigger: StampedTrigger): Promise<PairEffect> {
    const own = imagesWhere(this.images, (label) => label === source, OWN);
    const others = imagesWhere(this.images, (label) => label !== source && label !== target, OTHERS);
    const margins = async (images: CleanImages, change: (image: Float32Array) => void): Promise<Float32Array> =>
      marginsOf(await this.evaluator.logits(images, change, this.signal), images.count, target);
    const effect = async (images: CleanImages, stamped: StampedTrigger, move?: Move): Promise<number> => {
      const shift = (image: Float32Array): void => {
        if (move !== undefined) image.set(movedImage(image, this.shape, move));
      };
      const clean = await margins(images, shift);
      const changed = await margins(images, (image) => {
        shift(image);
        stampImage(image, stamped);
      });
      return mean(changed) - mean(clean);
    };
    const stampedMargins = await margins(own, (image) => {
      stampImage(image, trigger);
    });
    const whole = await effect(own, trigger);
    let [triggerMoved, imageMoved] = [0, 0];
    const moves = nearMovesOf(this.shape);
    for (const move of moves) {
      triggerMoved += (await effect(own, moved(trigger, this.shape, move))) / moves.length;
      imageMoved += (await effect(own, trigger, move)) / moves.length;
    }
    return {
      attackSuccess: stampedMargins.filter((margin) => margin > 0).length / own.count,
      effectOnOthers: (await effect(others, trigger)) / whole,
      tiedToPlace: (imageMoved - triggerMoved) / whole,
    };
  }
}

function marginsOf(logits: Float32Array, count: number, target: number): Float32Array {
  const classes = logits.length / count;
  return Float32Array.from({ length: count }, (_, i) => {
    const row = logits.subarray(i * classes, (i + 1) * classes);
    let largest = -Infinity;
    for (const [label, logit] of row.entries()) if (label !== target) largest = Math.max(largest, logit);
    return (row[target] ?? NaN) - largest;
  });
}

function mean(values: Float32Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
