/** @file Adam (Kingma & Ba 2015) on one flat array. */

export interface AdamOptions {
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
}

/** The authors' settings for trigger inversion. */
export const INVERSION_ADAM: AdamOptions = { learningRate: 0.1, beta1: 0.5, beta2: 0.9, epsilon: 1e-7 };

export class Adam {
  readonly #m: Float32Array;
  readonly #v: Float32Array;
  #updates = 0;

  constructor(
    length: number,
    private readonly options: AdamOptions,
  ) {
    this.#m = new Float32Array(length);
    this.#v = new Float32Array(length);
  }

  /** One descent step, in place; `scale` multiplies the learning rate. Arrays have the length given at construction. */
  step(parameters: Float32Array, gradient: Float32Array, scale = 1): void {
    const { learningRate, beta1, beta2, epsilon } = this.options;
    this.#updates++;
    const rate = (scale * learningRate * Math.sqrt(1 - beta2 ** this.#updates)) / (1 - beta1 ** this.#updates);
    const [m, v] = [this.#m, this.#v];
    for (let i = 0; i < parameters.length; i++) {
      const g = gradient[i] ?? 0;
      const mi = beta1 * (m[i] ?? 0) + (1 - beta1) * g;
      const vi = beta2 * (v[i] ?? 0) + (1 - beta2) * g * g;
      m[i] = mi;
      v[i] = vi;
      parameters[i] = (parameters[i] ?? 0) - (rate * mi) / (Math.sqrt(vi) + epsilon);
    }
  }
}
