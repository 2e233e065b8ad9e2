/** @file Mini-batch training of chosen weights with Adam. */
import { Adam, type AdamOptions } from './adam';
import type { Classifier } from '../classify/classifier';
import { initializerNamed } from '../graph/initializer';
import { floats, sizeOf } from '../graph/tensor';
import type { Random } from '../support/random';
import type { Runtime } from '../runtime/runtime';
import type { Preprocessing } from '../samples/preprocessing/preprocessing';
import { TrainingStep } from './trainingStep';

/** Kingma & Ba's defaults, which the paper trains with. */
export const TRAINING_ADAM: AdamOptions = { learningRate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 };

export interface TrainerOptions {
  readonly batch: number;
  readonly adam: AdamOptions;
  /** For whoever runs {@link Trainer.step} by themselves. */
  readonly imageGradient?: boolean;
  /** Drop-out rates by node name; absent: evaluation mode. */
  readonly dropout?: { readonly rates: ReadonlyMap<string, number>; readonly random: Random };
}

export class Trainer {
  readonly #optimizers = new Map<string, Adam>();

  private constructor(
    readonly step: TrainingStep,
    /** Current values of the trained weights, changed in place by {@link train}. */
    readonly weights: ReadonlyMap<string, Float32Array>,
    private readonly options: TrainerOptions,
  ) {
    for (const [name, values] of weights) this.#optimizers.set(name, new Adam(values.length, options.adam));
  }

  static async create(
    runtime: Runtime,
    classifier: Classifier,
    preprocessing: Preprocessing,
    trained: readonly string[],
    options: TrainerOptions,
  ): Promise<Trainer> {
    const dropout = options.dropout !== undefined;
    const step = await TrainingStep.compile(runtime, classifier, preprocessing, trained, options.batch, {
      dropout,
      imageGradient: options.imageGradient === true,
    });
    const weights = trained.map(
      (name) => [name, floats(initializerNamed(classifier.graph.initializers, name)).slice()] as const,
    );
    return new Trainer(step, new Map(weights), options);
  }

  /**
   * One update on `images` `[B, C, H, W]` (raw pixels) and `labels` `[B]`, at `rate` times the learning rate; returns loss and
   * hits before the update.
   */
  async train(images: Float32Array, labels: ArrayLike<number>, rate = 1): Promise<{ loss: number; correct: number }> {
    const { loss, correct, gradients } = await this.step.run(images, labels, this.weights, this.#drawMasks());
    this.apply(gradients, rate);
    return { loss, correct };
  }

  /** One update by gradients, names and layout as the weights', at `rate` times the learning rate. */
  apply(gradients: ReadonlyMap<string, Float32Array>, rate = 1): void {
    for (const [name, values] of this.weights) {
      const gradient = gradients.get(name);
      if (gradient !== undefined) this.#optimizers.get(name)?.step(values, gradient, rate);
    }
  }

  dispose(): Promise<void> {
    return this.step.dispose();
  }

  /** Inverted drop-out: kept units are scaled up, so that evaluation needs no correction. */
  #drawMasks(): ReadonlyMap<string, Float32Array> {
    const { dropout } = this.options;
    if (dropout === undefined) return new Map();
    return new Map(
      [...this.step.maskTypes].map(([name, type]) => {
        const rate = dropout.rates.get(name) ?? 0;
        const kept = 1 / (1 - rate);
        const mask = new Float32Array(sizeOf(type.dims));
        for (let i = 0; i < mask.length; i++) mask[i] = dropout.random.uniform() < rate ? 0 : kept;
        return [name, mask] as const;
      }),
    );
  }
}
