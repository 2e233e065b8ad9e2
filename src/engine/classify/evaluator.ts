/** @file The classifier as a plain function on raw pixels: predictions, accuracy, success of a trigger. */
import { argmaxRows } from '../support/argmax';
import { stampImage, type StampedTrigger } from './labelTrigger';
import { newGraph } from '../ops/newGraph';
import { appendClassifier, type Classifier } from './classifier';
import { floats, type Tensor } from '../graph/tensor';
import type { CancelSignal } from '../support/cancellation';
import type { Runtime, Session } from '../runtime/runtime';
import { IMAGE_BATCH, runImageBatches, type PrepareImage } from './imageBatches';
import { applyPreprocessing, type Preprocessing } from '../samples/preprocessing/preprocessing';
import type { CleanImages } from '../samples/samples';

export class Evaluator {
  private constructor(
    private readonly session: Session,
    private readonly classifier: Classifier,
  ) {}

  static async compile(runtime: Runtime, classifier: Classifier, preprocessing: Preprocessing): Promise<Evaluator> {
    const { channels, height, width } = classifier.input;
    const b = newGraph();
    const images = b.input('images', [IMAGE_BATCH, channels, height, width]);
    const logits = appendClassifier(b, classifier, applyPreprocessing(b, images, preprocessing));
    return new Evaluator(await runtime.compile(b.build({ logits })), classifier);
  }

  /** Logits `[count, K]` of raw images `[count, C, H, W]`; `prepare` may change each image in place first. */
  async logits(
    samples: Pick<CleanImages, 'images' | 'count'>,
    prepare?: PrepareImage,
    signal?: CancelSignal,
  ): Promise<Float32Array> {
    const { classes } = this.classifier;
    const result = new Float32Array(samples.count * classes);
    const receive = (outputs: ReadonlyMap<string, Tensor>, start: number, count: number): void => {
      const logits = outputs.get('logits');
      if (logits === undefined) throw new RangeError('The runtime returned no logits');
      result.set(floats(logits).subarray(0, count * classes), start * classes);
    };
    await runImageBatches(this.session, this.classifier.input, samples, receive, prepare, signal);
    return result;
  }

  /** Predicted class of each image. */
  async predictions(
    samples: Pick<CleanImages, 'images' | 'count'>,
    prepare?: PrepareImage,
    signal?: CancelSignal,
  ): Promise<Int32Array> {
    return argmaxRows(await this.logits(samples, prepare, signal), this.classifier.classes);
  }

  dispose(): Promise<void> {
    return this.session.dispose();
  }
}

/** Share of images, among those not of `label`, that the stamped trigger turns into `label`; NaN when there are none. */
export async function attackSuccess(
  evaluator: Evaluator,
  samples: CleanImages,
  trigger: StampedTrigger,
  label: number,
  signal?: CancelSignal,
): Promise<number> {
  const stamp = (image: Float32Array): void => {
    stampImage(image, trigger);
  };
  const predictions = await evaluator.predictions(samples, stamp, signal);
  const others = Array.from(predictions).filter((_, i) => samples.labels?.[i] !== label);
  return others.filter((prediction) => prediction === label).length / others.length;
}
