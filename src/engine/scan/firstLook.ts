/** @file Samples for a first look at a model whose own images are not at hand. */
import { Evaluator } from '../classify/evaluator';
import type { Classifier } from '../classify/classifier';
import type { Runtime } from '../runtime/runtime';
import type { Preprocessing } from '../samples/preprocessing/preprocessing';
import { generateSamples } from '../samples/generated/generateSamples';
import type { ImageShape, Samples } from '../samples/samples';
import { selectSamples } from '../samples/select';
import type { CancelSignal } from '../support/cancellation';

/** Generated images to choose from, as models take most of them for a few of their classes; fewer of large ones, which need much memory. */
const GENERATED = 1500;
const MOST_BYTES = 64 * 2 ** 20;

/** Of each class that the model sees in them. */
const PER_CLASS = 60;

export function generatedFor(shape: ImageShape): Samples {
  const size = shape.channels * shape.height * shape.width;
  return generateSamples(shape, Math.max(1, Math.min(GENERATED, Math.floor(MOST_BYTES / size))));
}

/**
 * Labels generated images by what the model takes them for, and keeps few of each class: an inversion needs images that are not of its
 * label already, and not all of one class.
 */
export async function labelledByModel(
  runtime: Runtime,
  classifier: Classifier,
  preprocessing: Preprocessing,
  generated: Samples,
  signal?: CancelSignal,
): Promise<Samples> {
  const evaluator = await Evaluator.compile(runtime, classifier, preprocessing);
  try {
    const labels = await evaluator.predictions(generated, undefined, signal);
    const taken = new Map<number, number>();
    return selectSamples({ ...generated, labels }, (index) => {
      const label = labels[index] ?? 0;
      const count = (taken.get(label) ?? 0) + 1;
      taken.set(label, count);
      return count <= PER_CLASS;
    });
  } finally {
    await evaluator.dispose();
  }
}
