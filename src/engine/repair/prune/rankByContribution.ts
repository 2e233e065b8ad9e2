/** @file The order in which channels of all layers are pruned: those first that the trigger's success rests on most and clean images least. */
import { Evaluator } from '../../classify/evaluator';
import { stampImage } from '../../classify/labelTrigger';
import { gatherInto } from '../../samples/batches';
import { throwIfCancelled } from '../../support/cancellation';
import { TrainingStep } from '../../training/trainingStep';
import type { NeuronLayer } from '../../neurons/layers';
import { Gains } from '../gains';
import type { KnownTrigger } from '../judge';
import { descending, type Ranking, type RankingJob } from './rankNeurons';

const BATCH = 32;

/**
 * What a channel adds to a difference of logits is the slope of that difference by a factor on the channel: activation times gradient, summed over
 * places. Of stamped images it is target less true label, what pruning is to take away; of clean ones true label less runner-up, what
 * it costs. Ranked by the first divided by the second, where costs below the mean one count little. The cross-entropy of a label that is far from winning has
 * that slope, so one graph does for both.
 */
export async function rankByContribution(
  job: Omit<RankingJob, 'layer'> & { readonly layers: readonly NeuronLayer[] },
  triggers: readonly KnownTrigger[],
): Promise<Ranking> {
  const gains = new Gains(job.classifier, job.layers);
  const step = await TrainingStep.compile(job.runtime, job.classifier, job.preprocessing, gains.weights, BATCH);
  try {
    const slopes = async (labels: Int32Array, trigger?: KnownTrigger): Promise<Float32Array> =>
      slopesOf(job, gains, step, labels, trigger);
    const costs = await slopes(await runnersUp(job));
    const benefits = new Float32Array(gains.neurons).fill(-Infinity);
    for (const trigger of triggers) {
      const own = await slopes(job.images.labels, trigger);
      benefits.forEach((benefit, i) => (benefits[i] = Math.max(benefit, own[i] ?? 0)));
    }
    const usual = costs.reduce((sum, cost) => sum + Math.abs(cost), 0) / costs.length;
    const scores = benefits.map((benefit, i) => benefit / (Math.max(0, costs[i] ?? 0) + usual));
    return { order: descending(scores), imagePasses: job.images.count * (2 + triggers.length) };
  } finally {
    await step.dispose();
  }
}

/** Of each image, the likeliest label that is not its own. */
async function runnersUp({
  runtime,
  classifier,
  preprocessing,
  images,
  signal,
}: Omit<RankingJob, 'layer'>): Promise<Int32Array> {
  const { classes } = classifier;
  const evaluator = await Evaluator.compile(runtime, classifier, preprocessing);
  try {
    const logits = await evaluator.logits(images, undefined, signal);
    return images.labels.map((label, i) => {
      const row = logits.slice(i * classes, (i + 1) * classes);
      row[label] = -Infinity;
      return row.indexOf(Math.max(...row));
    });
  } finally {
    await evaluator.dispose();
  }
}

/** Sums over the images of the slopes of the cross-entropy of `labels` by each channel's factor; images of the trigger's own label stay clean. */
async function slopesOf(
  { images, signal }: Omit<RankingJob, 'layer'>,
  gains: Gains,
  step: TrainingStep,
  labels: Int32Array,
  trigger?: KnownTrigger,
): Promise<Float32Array> {
  const ones = new Float32Array(gains.neurons).fill(1);
  const weights = gains.apply({ gain: ones, shift: ones });
  const sums = new Float32Array(gains.neurons);
  const size = images.images.length / images.count;
  const batch = new Float32Array(BATCH * size);
  for (let start = 0; start < images.count; start += BATCH) {
    throwIfCancelled(signal);
    // The last batch is filled up with images of the first.
    const rows = Array.from({ length: BATCH }, (_, row) => (start + row) % images.count);
    gatherInto(images, rows, batch, 0);
    rows.forEach((row, i) => {
      if (trigger !== undefined && images.labels[row] !== trigger.label)
        stampImage(batch.subarray(i * size, (i + 1) * size), trigger);
    });
    const { gradients } = await step.run(
      batch,
      rows.map((row) => labels[row] ?? 0),
      weights,
    );
    const { gain, shift } = gains.gradient(gradients);
    sums.forEach((sum, i) => (sums[i] = sum + (gain[i] ?? 0) + (shift[i] ?? 0)));
  }
  return sums;
}
