/** @file The BadNets attack (Gu et al. 2017): poison a share of the training images and train. Makes test models only. */
import { classifierOf } from '../classify/classifier';
import type { Graph } from '../graph/graph';
import { asTensors, withWeights } from '../classify/withWeights';
import type { CancelSignal } from '../support/cancellation';
import { Random } from '../support/random';
import type { Runtime } from '../runtime/runtime';
import { RAW } from '../samples/preprocessing/preprocessing';
import type { Samples } from '../samples/samples';
import { buildNetwork } from '../training/buildNetwork';
import { Trainer, TRAINING_ADAM } from '../training/trainer';
import { ARCHITECTURES, type Architecture } from './architectures';
import { judgeAttack, type AttackOutcome, type Backdoor } from './backdoor';
import { trainPoisoned, type PoisonedTrainingOptions, type TrainingProgress } from './poisonedTraining';

export interface BadNetsOptions extends PoisonedTrainingOptions {
  readonly architecture: Architecture;
  readonly classes: number;
  /** None trains the clean twin. */
  readonly backdoors: readonly Backdoor[];
  readonly seed: number;
}

export interface BadNetsModel extends AttackOutcome {
  readonly graph: Graph;
}

/** Trains on `train`, judges on `test`; both labelled, same image shape. */
export async function trainBadNets(
  runtime: Runtime,
  train: Samples,
  test: Samples,
  options: BadNetsOptions,
  onProgress?: (progress: TrainingProgress) => void,
  signal?: CancelSignal,
): Promise<BadNetsModel> {
  const { batch, seed, backdoors } = options;
  const network = buildNetwork(ARCHITECTURES[options.architecture](options.classes), train, seed);
  const random = new Random(seed + 1);
  const fresh = classifierOf(network.graph);
  const trainer = await Trainer.create(runtime, fresh, RAW, network.weights, {
    batch,
    adam: TRAINING_ADAM,
    ...(network.dropoutRates.size === 0 ? {} : { dropout: { rates: network.dropoutRates, random } }),
  });
  try {
    await trainPoisoned(trainer, train, backdoors, options, random, onProgress, signal);
    const trained = withWeights(fresh, asTensors(fresh, trainer.weights));
    return { graph: trained.graph, ...(await judgeAttack(runtime, trained, RAW, test, backdoors, signal)) };
  } finally {
    await trainer.dispose();
  }
}
