/** @file What the trigger of a pair does to images of its source, and to others; all of it forward passes. */
import type { Evaluator } from '../../classify/evaluator';
import { stampImage, type StampedTrigger } from '../../classify/labelTrigger';
import { marginOf } from '../../classify/margin';
import type { CleanImages, ImageShape, LabelledImages } from '../../samples/samples';
import type { CancelSignal } from '../../support/cancellation';
import { mean } from '../../support/mean';
import { moved, type Move, movedImage, nearMovesOf } from '../respond/moves';
import { imagesWhere } from './imagesWhere';
import type { Pair } from './pair';

export interface PairEffect {
  /** Share of the source's images that the trigger turns into the target. */
  readonly attackSuccess: number;
  /** What the trigger does to the target's margin on images of other labels, as a share of what it does on those of its source; 1 where there are none. */
  readonly effectOnOthers: number;
  /** How much more of its effect the trigger loses when it is moved on the image than when the image is moved under it, as a share. */
  readonly tiedToPlace: number;
}

/** Images of the source, at most. */
const OWN = 64;
/** Images of other labels, all together. */
const OTHERS = 128;

/** A margin is that of the target over the largest other logit. */
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
    const clean = mean(await this.#margins(own, target));
    const stamped = await this.#margins(own, target, trigger);
    const whole = mean(stamped) - clean;
    const moves = nearMovesOf(this.shape);
    let [triggerMoved, imageMoved] = [0, 0];
    for (const move of moves) {
      const beside = await this.#margins(own, target, moved(trigger, this.shape, move));
      triggerMoved += (mean(beside) - clean) / moves.length;
      imageMoved += (await this.#effect(this.#shifted(own, move), target, trigger)) / moves.length;
    }
    return {
      attackSuccess: stamped.filter((margin) => margin > 0).length / own.count,
      effectOnOthers: others.count === 0 ? 1 : (await this.#effect(others, target, trigger)) / whole,
      tiedToPlace: (imageMoved - triggerMoved) / whole,
    };
  }

  /** What the trigger adds to the mean margin. */
  async #effect(images: CleanImages, target: number, trigger: StampedTrigger): Promise<number> {
    return mean(await this.#margins(images, target, trigger)) - mean(await this.#margins(images, target));
  }

  /** Of each image, with the trigger on it where one is given. */
  async #margins(images: CleanImages, target: number, trigger?: StampedTrigger): Promise<number[]> {
    const stamp = (image: Float32Array): void => {
      if (trigger !== undefined) stampImage(image, trigger);
    };
    const logits = await this.evaluator.logits(images, stamp, this.signal);
    const classes = logits.length / images.count;
    return Array.from({ length: images.count }, (_, i) => marginOf(logits, classes, i, target));
  }

  #shifted({ images, count }: CleanImages, move: Move): CleanImages {
    const shifted = Float32Array.from(images);
    const size = shifted.length / count;
    for (let at = 0; at < shifted.length; at += size) {
      const image = shifted.subarray(at, at + size);
      image.set(movedImage(image, this.shape, move));
    }
    return { images: shifted, count };
  }
}
