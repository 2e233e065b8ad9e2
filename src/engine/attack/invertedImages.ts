/** @file Training images out of a model, in place of the data that it was trained on (Trojan attack, Liu et al. 2018, sections III-B and IV-B). */
import { appendClassifier, type Classifier } from '../classify/classifier';
import { Evaluator } from '../classify/evaluator';
import { gradientName } from '../graph/differentiate';
import { float32, floats } from '../graph/tensor';
import { newGraph } from '../ops/newGraph';
import type { Runtime, Session } from '../runtime/runtime';
import { applyPreprocessing, type Preprocessing } from '../samples/preprocessing/preprocessing';
import type { Samples } from '../samples/samples';
import { selectSamples } from '../samples/select';
import { throwIfCancelled, type CancelSignal } from '../support/cancellation';
import { quantile } from '../support/quantile';
import { Random } from '../support/random';
import { Adam, type AdamOptions } from '../training/adam';
import { denoise } from './denoise';

export interface InvertedImagesJob {
  readonly runtime: Runtime;
  readonly classifier: Classifier;
  readonly preprocessing: Preprocessing;
  /** Of the same kind as those that the model was trained on; means of them are where the ascent starts. */
  readonly samples: Samples;
  readonly perLabel: number;
  readonly seed: number;
  readonly signal?: CancelSignal;
}

const BATCH = 32;
const MOST_UPDATES = 200;
/** Samples of which the mean is taken: few, so that no start is like another. */
const AVERAGED = 8;
/** Samples that say how sure the model is of real images. */
const ASKED = 256;
/** In raw pixels. */
const ASCENT: AdamOptions = { learningRate: 6, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 };
/** Weight of the total variation, in raw pixels: edges smaller than that are smoothed away. */
const SMOOTHING = 3;

/**
 * Images that the model takes for each of its labels, as many of each, labelled so. Gradient ascent starts from the mean of a few samples, whatever they show, as the paper's from
 * an average face; after every step the image is freed of noise, which costs the model that is trained with them accuracy. It ends where the model is as sure of an image as
 * of the samples, by the margin of the logits: a trigger that is trained on images with less evidence does not win over real ones.
 */
export async function invertImages(job: InvertedImagesJob): Promise<Samples> {
  const { classifier, samples, perLabel, seed } = job;
  const count = perLabel * classifier.classes;
  const size = samples.images.length / samples.count;
  const images = new Float32Array(count * size);
  const labels = Int32Array.from({ length: count }, (_, i) => i % classifier.classes);
  const random = new Random(seed);
  for (let i = 0; i < count; i++) addMean(images.subarray(i * size, (i + 1) * size), samples, random);
  const goal = await usualMargin(job);
  const session = await compileAscent(job);
  try {
    for (let from = 0; from < count; from += BATCH) {
      const part = images.subarray(from * size, Math.min(count, from + BATCH) * size);
      const batch = new Float32Array(BATCH * size);
      batch.set(part);
      await ascend(job, session, batch, labels.subarray(from), goal);
      part.set(batch.subarray(0, part.length));
    }
  } finally {
    await session.dispose();
  }
  const names = Array.from(labels, (label, i) => `inverted ${i + 1}, label ${label}`);
  return { ...samples, source: 'images inverted from the model', images, labels, names, count, available: count };
}

function addMean(image: Float32Array, { images, count }: Samples, random: Random): void {
  for (let k = 0; k < AVERAGED; k++) {
    const from = random.integer(count) * image.length;
    for (let i = 0; i < image.length; i++) image[i] = (image[i] ?? 0) + (images[from + i] ?? 0) / AVERAGED;
  }
}

/** The median over the samples of how far the largest logit lies above the next one. */
async function usualMargin({
  runtime,
  classifier,
  preprocessing,
  samples,
  signal,
}: InvertedImagesJob): Promise<number> {
  const evaluator = await Evaluator.compile(runtime, classifier, preprocessing);
  try {
    const asked = selectSamples(samples, (i) => i < ASKED);
    const logits = await evaluator.logits(asked, undefined, signal);
    const margins = Array.from({ length: asked.count }, (_, i) => {
      const [first = NaN, second = NaN] = rowOf(logits, classifier.classes, i).toSorted((a, b) => b - a);
      return first - second;
    });
    return quantile(
      margins.sort((a, b) => a - b),
      0.5,
    );
  } finally {
    await evaluator.dispose();
  }
}

/** Inputs `images` `[B, C, H, W]` and `weights` `[B, K]`; `loss` is the sum of the logits by these weights. */
function compileAscent({ runtime, classifier, preprocessing }: InvertedImagesJob): Promise<Session> {
  const { channels, height, width } = classifier.input;
  const b = newGraph();
  const images = b.input('images', [BATCH, channels, height, width]);
  const weights = b.input('weights', [BATCH, classifier.classes]);
  const logits = appendClassifier(b, classifier, applyPreprocessing(b, images, preprocessing));
  const loss = b.op('ReduceSum', [b.op('Mul', [logits, weights])], { keepdims: 0 });
  return runtime.compile(b.build({ loss, logits }), { loss: 'loss', wrt: ['images'] });
}

/** Moves the images of a batch, in place, until each has the margin `goal` for its label. */
async function ascend(
  { classifier, signal }: InvertedImagesJob,
  session: Session,
  batch: Float32Array,
  labels: Int32Array,
  goal: number,
): Promise<void> {
  const { channels, height, width } = classifier.input;
  const { classes } = classifier;
  const size = batch.length / BATCH;
  const adam = new Adam(batch.length, ASCENT);
  let weights = new Float32Array(BATCH * classes);
  for (let update = 0; update <= MOST_UPDATES; update++) {
    throwIfCancelled(signal);
    const outputs = await session.run(
      new Map([
        ['images', float32([BATCH, channels, height, width], batch)],
        ['weights', float32([BATCH, classes], weights)],
      ]),
    );
    const [logits, gradient] = [outputs.get('logits'), outputs.get(gradientName('images'))];
    if (logits === undefined || gradient === undefined) throw new RangeError('The runtime returned no gradient');
    const before = batch.slice();
    // The first run only tells which labels are rivals.
    if (update > 0) adam.step(batch, floats(gradient));
    denoise(batch, classifier.input, SMOOTHING);
    weights = rivals(floats(logits), classes, labels, goal);
    batch.forEach((value, i) => (batch[i] = Math.min(255, Math.max(0, value))));
    for (let image = 0; image < BATCH; image++) {
      const isDone = rowOf(weights, classes, image).every((weight) => weight === 0);
      if (isDone) batch.set(before.subarray(image * size, (image + 1) * size), image * size);
    }
    if (weights.every((weight) => weight === 0)) return;
  }
}

/** −1 for the label of each image, the soft-max of the others for its rivals, so that their weighted sum is minus the margin; zero once that is `goal`. */
function rivals(logits: Float32Array, classes: number, labels: Int32Array, goal: number): Float32Array<ArrayBuffer> {
  const weights = new Float32Array(logits.length);
  for (let i = 0; i < Math.min(BATCH, labels.length); i++) {
    const label = labels[i] ?? 0;
    const row = rowOf(logits, classes, i);
    const own = row[label] ?? 0;
    const largest = row.reduce((most, value, k) => (k === label ? most : Math.max(most, value)), -Infinity);
    if (own - largest >= goal) continue;
    const powers = row.map((value, k) => (k === label ? 0 : Math.exp(value - largest)));
    const sum = powers.reduce((total, power) => total + power, 0);
    powers.forEach((power, k) => (weights[i * classes + k] = k === label ? -1 : power / sum));
  }
  return weights;
}

function rowOf(logits: Float32Array, classes: number, i: number): Float32Array {
  return logits.subarray(i * classes, (i + 1) * classes);
}
