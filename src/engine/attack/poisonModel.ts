/** @file Puts backdoors into a model that is trained already, by training some of its weights on poisoned images. Makes test models only. */
import type { Classifier } from '../classify/classifier';
import { asTensors, withWeights } from '../classify/withWeights';
import type { Tensor } from '../graph/tensor';
import type { Runtime } from '../runtime/runtime';
import type { Preprocessing } from '../samples/preprocessing/preprocessing';
import type { Samples } from '../samples/samples';
import type { CancelSignal } from '../support/cancellation';
import { Random } from '../support/random';
import { Trainer, TRAINING_ADAM } from '../training/trainer';
import { judgeAttack, type AttackOutcome, type Backdoor } from './backdoor';
import { trainPoisoned, type PoisonedTrainingOptions, type TrainingProgress } from './poisonedTraining';

export interface PoisonJob {
  readonly runtime: Runtime;
  readonly classifier: Classifier;
  readonly preprocessing: Preprocessing;
  /** Labelled; `test` only judges. */
  readonly train: Samples;
  readonly test: Samples;
}

export interface PoisonOptions extends PoisonedTrainingOptions {
  readonly backdoors: readonly Backdoor[];
  /** Names of the weights that are trained. */
  readonly weights: readonly string[];
  readonly seed: number;
}

export interface PoisonedModel extends AttackOutcome {
  /** The changed weights. */
  readonly weights: ReadonlyMap<string, Tensor>;
}

export async function poisonModel(
  { runtime, classifier, preprocessing, train, test }: PoisonJob,
  options: PoisonOptions,
  onProgress?: (progress: TrainingProgress) => void,
  signal?: CancelSignal,
): Promise<PoisonedModel> {
  const { backdoors, batch, seed } = options;
  const trainer = await Trainer.create(runtime, classifier, preprocessing, options.weights, {
    batch,
    adam: TRAINING_ADAM,
  });
  try {
    await trainPoisoned(trainer, train, backdoors, options, new Random(seed), onProgress, signal);
    const weights = asTensors(classifier, trainer.weights);
    const attacked = withWeights(classifier, weights);
    return { ...(await judgeAttack(runtime, attacked, preprocessing, test, backdoors, signal)), weights };
  } finally {
    await trainer.dispose();
  }
}
