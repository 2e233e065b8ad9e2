/** @file Weights between those before a training and those after it: most of the accuracy comes back before much of a backdoor does. */
import { initializerNamed } from '../../graph/initializer';
import { floats, float32, type Tensor } from '../../graph/tensor';

/** Shares of the change that are tried, the largest first. */
const SHARES: readonly number[] = [1, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2];

/** `share` of the way from `before` to `after`, 0–1; initializers by name. */
export function blend(
  before: ReadonlyMap<string, Tensor>,
  after: ReadonlyMap<string, Tensor>,
  share: number,
): Map<string, Tensor> {
  return new Map(
    [...after].map(([name, tensor]) => {
      const values = floats(initializerNamed(before, name));
      return [
        name,
        float32(
          tensor.dims,
          floats(tensor).map((value, i) => (1 - share) * (values[i] ?? 0) + share * value),
        ),
      ];
    }),
  );
}

/** The largest share that is accepted; 0 where none is. */
export async function largestShare(isAccepted: (share: number) => Promise<boolean>): Promise<number> {
  for (const share of SHARES) if (await isAccepted(share)) return share;
  return 0;
}
