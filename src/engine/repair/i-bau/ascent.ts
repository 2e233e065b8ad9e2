/** @file How an adversary makes its perturbation stronger. Pixels are raw, `[C, H, W]`; gradients must not be all zero. */
import type { ImageShape } from '../../samples/samples';

/** Length of a step, as a share of the largest length of a perturbation. */
const STEP_LENGTH = 0.25;

/** Up the gradient, then back to at most `radius` (L2), in place. */
export function denseStep(perturbation: Float32Array, gradient: Float32Array, radius: number): void {
  const factor = (STEP_LENGTH * radius) / norm(gradient);
  perturbation.forEach((value, i) => (perturbation[i] = value + factor * (gradient[i] ?? 0)));
  const shrink = Math.min(1, radius / norm(perturbation));
  perturbation.forEach((value, i) => (perturbation[i] = shrink * value));
}

/** Sums up what gradients say, and moves those places to an end of their range that were asked for most. */
export class SparseAscent {
  readonly #asked: Float32Array;

  /** `places` of H·W are moved at most, all channels of each. */
  constructor(
    private readonly places: number,
    private readonly shape: ImageShape,
  ) {
    this.#asked = new Float32Array(shape.channels * shape.height * shape.width);
  }

  step(perturbation: Float32Array, gradient: Float32Array): void {
    const length = norm(gradient);
    gradient.forEach((slope, i) => (this.#asked[i] = (this.#asked[i] ?? 0) + slope / length));
    const size = this.shape.height * this.shape.width;
    const weights = new Float32Array(size);
    this.#asked.forEach((value, i) => (weights[i % size] = (weights[i % size] ?? 0) + Math.abs(value)));
    const limit = weights.slice().sort()[size - this.places - 1] ?? 0;
    perturbation.forEach((_, i) => {
      perturbation[i] = (weights[i % size] ?? 0) > limit ? 255 * Math.sign(this.#asked[i] ?? 0) : 0;
    });
  }
}

/** L2. */
export function norm(values: Float32Array): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
}
