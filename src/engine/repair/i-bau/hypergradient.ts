/** @file The gradient of the loss under attack by the weights, with the adversary's answer in it. */
import { type Adversary, type AttackedBatch, type AttackedGradients } from './adversary';
import { norm } from './ascent';

/** How far the adversary answers, as a share of its largest length. */
const ANSWER = 0.1;

/**
 * ∂θ L(θ, δ(θ)), where δ(θ) is the adversary's best answer to the weights θ (Zeng et al., I-BAU, ICLR 2022, equation 6): ∂θL + η·∂θ⟨∂δL, v⟩, with
 * the first term v = ∂δL of the series for the implicit part. The product with the second derivative is the central difference of two gradients, at the
 * perturbation moved along v and against it.
 */
export async function hypergradient(
  adversary: Adversary,
  batch: AttackedBatch,
  weights: ReadonlyMap<string, Float32Array>,
): Promise<Pick<AttackedGradients, 'loss' | 'weights'>> {
  const here = await adversary.gradients(batch, weights);
  const answer = (sign: number): Map<number, Float32Array> =>
    new Map(
      [...here.perturbations].flatMap(([group, gradient]): [number, Float32Array][] => {
        const length = norm(gradient);
        return length === 0
          ? []
          : [[group, gradient.map((slope) => (sign * ANSWER * adversary.radius * slope) / length)]];
      }),
    );
  const along = answer(1);
  if (along.size === 0) return here;
  const ahead = await adversary.gradients(batch, weights, along);
  const behind = await adversary.gradients(batch, weights, answer(-1));
  const gradients = [...here.weights].map(([name, gradient]) => {
    const [plus, minus] = [ahead.weights.get(name), behind.weights.get(name)];
    return [name, gradient.map((slope, i) => slope + (plus?.[i] ?? 0) - (minus?.[i] ?? 0))] as const;
  });
  return { loss: here.loss, weights: new Map(gradients) };
}
