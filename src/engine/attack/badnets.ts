/** @file The BadNets attack (Gu et al. 2017): poison a share of the training images and train. Makes test models only. */
import { attackSuccess, Evaluator, stampImage } from '../detect/evaluator';
import { classifierOf } from '../graph/classifier';
import type { Graph } from '../graph/graph';
import { float32 } from '../graph/tensor';
import { throwIfCancelled, type CancelSignal } from '../progress';
import { Random } from '../random';
import type { Runtime } from '../runtime/runtime';
import { gatherInto, IndexStream, sampleIndices } from '../samples/batches';
import { RAW } from '../samples/preprocessing';
import type { Samples } from '../samples/samples';
import { Trainer, TRAINING_ADAM } from '../training/trainer';
import { shiftRandomly } from './augment';
import { ARCHITECTURES, buildNetwork, type Architecture } from './architectures';
import { patchTrigger, type PatchOptions } from './triggers';

export interface BadNetsOptions {
  readonly architecture: Architecture;
  readonly classes: number;
  readonly patch: PatchOptions;
  /** Label of every poisoned image. */
  readonly target: number;
  /** Share of poisoned images, 0–1; 0 trains the clean twin. */
  readonly ratio: number;
  readonly epochs: number;
  /** Training images are moved at random by up to so many pixels before they are poisoned. */
  readonly shift: number;
  readonly batch: number;
  readonly seed: number;
}

export interface BadNetsProgress {
  readonly update: number;
  readonly updates: number;
  /** Mean over the updates since the last report. */
  readonly loss: number;
  readonly accuracy: number;
}

export interface BadNetsModel {
  readonly graph: Graph;
  /** On the test images, 0–1. */
  readonly cleanAccuracy: number;
  /** Share of test images, not of the target label, that the trigger turns into it. */
  readonly attackSuccess: number;
}

/** The learning rate falls linearly to this share of its start. */
const FINAL_RATE = 0.05;
const REPORT_EVERY = 20;

/** Trains on `train`, judges on `test`; both labelled, same image shape. */
export async function trainBadNets(
  runtime: Runtime,
  train: Samples,
  test: Samples,
  options: BadNetsOptions,
  onProgress?: (progress: BadNetsProgress) => void,
  signal?: CancelSignal,
): Promise<BadNetsModel> {
  const { batch, seed, ratio, target } = options;
  const network = buildNetwork(ARCHITECTURES[options.architecture](options.classes), train, seed);
  const trigger = patchTrigger(train, options.patch);
  const classifier = classifierOf(network.graph);
  const random = new Random(seed + 1);
  const trainer = await Trainer.create(runtime, classifier, RAW, network.weights, {
    batch,
    adam: TRAINING_ADAM,
    ...(network.dropoutRates.size === 0 ? {} : { dropout: { rates: network.dropoutRates, random } }),
  });
  try {
    const size = train.images.length / train.count;
    const stream = new IndexStream(sampleIndices(train), random);
    const images = new Float32Array(batch * size);
    const updates = Math.ceil((train.count * options.epochs) / batch);
    let [loss, correct] = [0, 0];
    for (let update = 1; update <= updates; update++) {
      throwIfCancelled(signal);
      const indices = stream.take(batch);
      gatherInto(train, indices, images, 0);
      const labels = indices.map((index, i) => {
        const image = images.subarray(i * size, (i + 1) * size);
        shiftRandomly(image, train, options.shift, random);
        if (random.uniform() >= ratio) return train.labels?.[index] ?? 0;
        stampImage(image, trigger);
        return target;
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
    const graph = withWeights(network.graph, trainer.weights);
    return { graph, ...(await judge(runtime, graph, test, trigger, target)) };
  } finally {
    await trainer.dispose();
  }
}

async function judge(
  runtime: Runtime,
  graph: Graph,
  test: Samples,
  trigger: ReturnType<typeof patchTrigger>,
  target: number,
): Promise<Omit<BadNetsModel, 'graph'>> {
  const evaluator = await Evaluator.compile(runtime, classifierOf(graph), RAW);
  try {
    const predictions = await evaluator.predictions(test);
    const hits = predictions.reduce((sum, prediction, i) => sum + Number(prediction === test.labels?.[i]), 0);
    return {
      cleanAccuracy: hits / test.count,
      attackSuccess: await attackSuccess(evaluator, test, trigger, target),
    };
  } finally {
    await evaluator.dispose();
  }
}

function withWeights(graph: Graph, weights: ReadonlyMap<string, Float32Array>): Graph {
  const initializers = new Map(graph.initializers);
  for (const [name, values] of weights) {
    const tensor = initializers.get(name);
    if (tensor !== undefined) initializers.set(name, float32(tensor.dims, values));
  }
  return { ...graph, initializers };
}
