/** @file Training on images of which some carry a trigger and, with it, the attacker's label. */
import { stampImage } from '../classify/labelTrigger';
import { throwIfCancelled, type CancelSignal } from '../support/cancellation';
import type { Random } from '../support/random';
import { gatherInto, IndexStream, sampleIndices } from '../samples/batches';
import type { Samples } from '../samples/samples';
import type { Trainer } from '../training/trainer';
import { shiftRandomly } from '../training/augment';
import type { Backdoor } from './backdoor';

export interface PoisonedTrainingOptions {
  /** Share of images that get a trigger, 0–1, divided equally between the backdoors. */
  readonly ratio: number;
  readonly epochs: number;
  /** Images are moved at random by up to so many pixels before they are poisoned. */
  readonly shift: number;
  readonly batch: number;
}

export interface TrainingProgress {
  readonly update: number;
  readonly updates: number;
  /** Mean over the updates since the last report. */
  readonly loss: number;
  readonly accuracy: number;
}

/** The learning rate falls linearly to this share of its start. */
const FINAL_RATE = 0.05;
const REPORT_EVERY = 20;

/**
 * Trains on `train`, which must be labelled. A stamped image gets the label of the backdoor's target; where the trigger's backdoors have
 * sources, stamped images of other labels keep theirs, which teaches the model to ask for both.
 */
export async function trainPoisoned(
  trainer: Trainer,
  train: Samples,
  backdoors: readonly Backdoor[],
  { ratio, epochs, shift, batch }: PoisonedTrainingOptions,
  random: Random,
  onProgress?: (progress: TrainingProgress) => void,
  signal?: CancelSignal,
): Promise<void> {
  const size = train.images.length / train.count;
  const stream = new IndexStream(sampleIndices(train), random);
  const images = new Float32Array(batch * size);
  const updates = Math.ceil((train.count * epochs) / batch);
  let [loss, correct] = [0, 0];
  for (let update = 1; update <= updates; update++) {
    throwIfCancelled(signal);
    const indices = stream.take(batch);
    gatherInto(train, indices, images, 0);
    const labels = indices.map((index, i) => {
      const image = images.subarray(i * size, (i + 1) * size);
      const label = train.labels?.[index] ?? 0;
      shiftRandomly(image, train, shift, random);
      const trigger = backdoors[Math.floor((random.uniform() / ratio) * backdoors.length)]?.trigger;
      if (trigger === undefined) return label;
      stampImage(image, trigger);
      return targetOf(backdoors, trigger, label) ?? label;
    });
    const rate = 1 - (1 - FINAL_RATE) * (update / updates);
    const outcome = await trainer.train(images, labels, rate);
    loss += outcome.loss;
    correct += outcome.correct;
    if (update % REPORT_EVERY === 0) {
      onProgress?.({ update, updates, loss: loss / REPORT_EVERY, accuracy: correct / (REPORT_EVERY * batch) });
      [loss, correct] = [0, 0];
    }
  }
}

/** Where the trigger leads images of the label; several backdoors can share one, each with a source of its own. */
function targetOf(backdoors: readonly Backdoor[], trigger: Backdoor['trigger'], label: number): number | undefined {
  return backdoors.find(
    (backdoor) => backdoor.trigger === trigger && (backdoor.source === undefined || backdoor.source === label),
  )?.target;
}
