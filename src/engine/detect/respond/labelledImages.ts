/** @file The images of a scan with a label each. */
import { Evaluator } from '../../classify/evaluator';
import type { LabelledImages } from '../../samples/samples';
import type { ShortInversionJob } from '../invert/shortInversion';

/** Unlabelled images count as what the model takes them for. */
export async function labelledImages({
  runtime,
  classifier,
  preprocessing,
  images,
  signal,
}: Omit<ShortInversionJob, 'loss' | 'seed'>): Promise<LabelledImages> {
  const { labels } = images;
  if (labels !== undefined) return { ...images, labels };
  const evaluator = await Evaluator.compile(runtime, classifier, preprocessing);
  try {
    return { ...images, labels: await evaluator.predictions(images, undefined, signal) };
  } finally {
    await evaluator.dispose();
  }
}
