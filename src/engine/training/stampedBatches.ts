/** @file Clean images, some of them stamped but truly labelled: what a model forgets a trigger by (section VI-C of the paper). */
import type { Classifier } from '../classify/classifier';
import { stampImage, type LabelTrigger } from '../classify/labelTrigger';
import { gatherInto, IndexStream, indicesWhere, sampleIndices } from '../samples/batches';
import type { LabelledImages } from '../samples/samples';
import type { Random } from '../support/random';
import { gatherShifted } from './shiftedImages';

export interface StampedBatchesSettings {
  /** Images per update. */
  readonly batch: number;
  /** Images are moved at random by up to this share of their size, so that few of them are not learned by heart. */
  readonly shift: number;
  /** Share of the images that get a trigger, 0–1. */
  readonly stampShare: number;
}

export interface StampedBatchesJob {
  readonly classifier: Pick<Classifier, 'input'>;
  readonly images: LabelledImages;
  /** None: plain clean images. */
  readonly triggers: readonly LabelTrigger[];
  readonly settings: StampedBatchesSettings;
}

/** Batches of an endless shuffled stream; a share of the images carries one of the triggers and keeps its label. */
export class StampedBatches {
  readonly #images: Float32Array;
  readonly #stream: IndexStream;
  /** Places of the images of labels that a trigger needs. */
  readonly #bySource = new Map<number, Int32Array>();

  constructor(
    private readonly job: StampedBatchesJob,
    private readonly random: Random,
  ) {
    const { images, settings } = job;
    this.#images = new Float32Array((settings.batch * images.images.length) / images.count);
    this.#stream = new IndexStream(sampleIndices(images), random);
  }

  next(): { images: Float32Array; labels: Int32Array } {
    const { images, settings } = this.job;
    const { input } = this.job.classifier;
    const indices = this.#stream.take(settings.batch);
    const moving = { shape: input, shift: settings.shift, random: this.random };
    const labels = gatherShifted(images, indices, this.#images, moving, (image, label) => {
      const trigger = this.#draw(label);
      if (trigger === undefined) return undefined;
      const sourceLabel = trigger.sourceLabel === label ? undefined : this.#replace(image, trigger.sourceLabel);
      stampImage(image, trigger);
      return sourceLabel;
    });
    return { images: this.#images, labels };
  }

  /** By a random image of `label`; `undefined` where none is asked for, or there. */
  #replace(image: Float32Array, label: number | undefined): number | undefined {
    if (label === undefined) return undefined;
    const { images } = this.job;
    const own = this.#bySource.get(label) ?? indicesWhere(images, (one) => one === label);
    this.#bySource.set(label, own);
    if (own.length === 0) return undefined;
    gatherInto(images, [own[this.random.integer(own.length)] ?? 0], image, 0);
    return label;
  }

  /** Images of a trigger's own label teach nothing about it, so they never get it. */
  #draw(label: number): LabelTrigger | undefined {
    const { triggers, settings } = this.job;
    const trigger = triggers[this.random.integer(triggers.length)];
    return this.random.uniform() < settings.stampShare && trigger?.label !== label ? trigger : undefined;
  }
}
