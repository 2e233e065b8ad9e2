/** @file Judges a model on held-out images: accuracy, and what known triggers do to it. */
import type { LabelTrigger } from '../classify/labelTrigger';
import { Evaluator } from '../classify/evaluator';
import { stampImage } from '../classify/labelTrigger';
import type { Classifier } from '../classify/classifier';
import type { CancelSignal } from '../support/cancellation';
import type { Evaluation, TriggerSuccess } from '../report/repairReport';
import type { Runtime } from '../runtime/runtime';
import type { Preprocessing } from '../samples/preprocessing/preprocessing';
import type { LabelledImages } from '../samples/samples';

/** A trigger whose success is followed. */
export interface KnownTrigger extends LabelTrigger {
  /** Decisions rest on reversed ones alone. */
  readonly source: TriggerSuccess['source'];
}

/** Fewest stamped images per trigger in a quick evaluation. */
const QUICK_IMAGES = 100;

export class Judge {
  /** Images that were passed through a model so far. */
  imagePasses = 0;

  constructor(
    private readonly runtime: Runtime,
    private readonly preprocessing: Preprocessing,
    private readonly heldOut: LabelledImages,
    private readonly triggers: readonly KnownTrigger[],
    private readonly signal: CancelSignal | undefined,
  ) {}

  /** `quick` spreads twice as many stamped images as there are clean ones over the triggers; with two it changes nothing. */
  async evaluate(classifier: Classifier, quick = false): Promise<Evaluation> {
    const evaluator = await Evaluator.compile(this.runtime, classifier, this.preprocessing);
    try {
      const { count, labels } = this.heldOut;
      const predictions = await this.#predict(evaluator, count);
      const perTrigger = Math.max(QUICK_IMAGES, Math.ceil((2 * count) / this.triggers.length));
      const triggers: TriggerSuccess[] = [];
      for (const trigger of this.triggers) {
        const stamped = await this.#predict(evaluator, quick ? Math.min(count, perTrigger) : count, trigger);
        const { label, source, sourceLabel } = trigger;
        const others = Array.from(stamped).filter((_, i) =>
          sourceLabel === undefined ? labels[i] !== label : labels[i] === sourceLabel,
        );
        const hits = others.filter((prediction) => prediction === label).length;
        triggers.push({ label, source, attackSuccess: hits / Math.max(1, others.length) });
      }
      return { ...accuracies(predictions, labels, classifier.classes), triggers };
    } finally {
      await evaluator.dispose();
    }
  }

  /** Predictions for the first `count` images, with the trigger on them where one is given. */
  #predict(evaluator: Evaluator, count: number, trigger?: KnownTrigger): Promise<Int32Array> {
    this.imagePasses += count;
    const { images, count: all } = this.heldOut;
    const first = { images: images.subarray(0, (count * images.length) / all), count };
    const stamp = (image: Float32Array): void => {
      if (trigger !== undefined) stampImage(image, trigger);
    };
    return evaluator.predictions(first, stamp, this.signal);
  }
}

function accuracies(
  predictions: Int32Array,
  labels: Int32Array,
  classes: number,
): Pick<Evaluation, 'cleanAccuracy' | 'perClass'> {
  const right = new Array<number>(classes).fill(0);
  const all = new Array<number>(classes).fill(0);
  predictions.forEach((prediction, i) => {
    const label = labels[i] ?? 0;
    all[label] = (all[label] ?? 0) + 1;
    if (prediction === label) right[label] = (right[label] ?? 0) + 1;
  });
  return {
    cleanAccuracy: right.reduce((sum, count) => sum + count, 0) / predictions.length,
    perClass: all.map((count, label) => (count === 0 ? null : (right[label] ?? 0) / count)),
  };
}
