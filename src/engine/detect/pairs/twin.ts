/**
 * @file A small network trained on the samples alone. No attacker has touched it, so that the pairs which are alike by nature, as 1 and 7 or 3 and 5 of MNIST, need small triggers in
 * it too, and a backdoor's pair does not.
 */
import { classifierOf, type Classifier } from '../../classify/classifier';
import { asTensors, withWeights } from '../../classify/withWeights';
import type { Runtime } from '../../runtime/runtime';
import { RAW } from '../../samples/preprocessing/preprocessing';
import type { ImageShape, LabelledImages } from '../../samples/samples';
import { throwIfCancelled, type CancelSignal } from '../../support/cancellation';
import { Random } from '../../support/random';
import { buildNetwork, type Layer } from '../../training/buildNetwork';
import { StampedBatches } from '../../training/stampedBatches';
import { Trainer, TRAINING_ADAM } from '../../training/trainer';

/** About thirty times a thousand images: seven seconds for those of 28×28 pixels. */
export const TWIN_UPDATES = 900;
const BATCH = 32;
/** Images are moved by up to this share of their side. */
const SHIFT = 1 / 14;
/** Of the maps before the dense layers, at most. */
const LAST_SIDE = 8;

/** Image passes of a training. */
export const TWIN_PASSES = TWIN_UPDATES * BATCH;

export interface TwinJob {
  readonly runtime: Runtime;
  readonly images: LabelledImages;
  readonly shape: ImageShape;
  readonly classes: number;
  readonly seed: number;
  readonly signal?: CancelSignal;
  /** After each update. */
  onUpdate?(): void;
}

/** Takes raw pixels. */
export async function trainTwin(job: TwinJob): Promise<Classifier> {
  const { runtime, images, shape, classes, seed, signal } = job;
  const network = buildNetwork(layersFor(shape, classes), shape, seed);
  const fresh = classifierOf(network.graph);
  const settings = { batch: BATCH, shift: SHIFT, stampShare: 0 };
  const batches = new StampedBatches({ classifier: fresh, images, triggers: [], settings }, new Random(seed + 1));
  const trainer = await Trainer.create(runtime, fresh, RAW, network.weights, { batch: BATCH, adam: TRAINING_ADAM });
  try {
    for (let update = 0; update < TWIN_UPDATES; update++) {
      throwIfCancelled(signal);
      const batch = batches.next();
      await trainer.train(batch.images, batch.labels, 1 - update / TWIN_UPDATES);
      job.onUpdate?.();
    }
    return withWeights(fresh, asTensors(fresh, trainer.weights));
  } finally {
    await trainer.dispose();
  }
}

function layersFor({ height, width }: ImageShape, classes: number): Layer[] {
  const layers: Layer[] = [];
  let side = Math.max(height, width);
  for (let filters = 16; side > LAST_SIDE; filters = 32) {
    layers.push({ kind: 'conv', filters, kernel: 5, same: false }, { kind: 'relu' }, { kind: 'pool' });
    side = (side - 4) >> 1;
  }
  return [
    ...layers,
    ...([{ kind: 'flatten' }, { kind: 'dense', units: 512 }, { kind: 'relu' }] satisfies Layer[]),
    { kind: 'dense', units: classes },
  ];
}
