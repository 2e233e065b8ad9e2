/** @file The backdoors of one attack: a trigger for every target label and position. */
import { UsageError } from '../support/errors';
import type { ImageShape } from '../samples/samples';
import type { Backdoor } from './backdoor';
import { patchTrigger, type PatchPattern, type Position } from './triggers';

export interface BackdoorOptions {
  readonly targets: readonly number[];
  readonly positions: readonly Position[];
  readonly size: number;
  readonly pattern: PatchPattern;
  readonly source?: number;
  readonly seed: number;
}

/** Throws {@link UsageError} for labels that the model does not have and for triggers that cannot be told apart. */
export function makeBackdoors(shape: ImageShape, classes: number, options: BackdoorOptions): Backdoor[] {
  const { targets, positions, size, pattern, source, seed } = options;
  for (const label of [...targets, ...(source === undefined ? [] : [source])]) {
    if (label >= classes) {
      throw new UsageError('the label does not exist', { expected: `0…${classes - 1}`, got: String(label) });
    }
  }
  if (source !== undefined && targets.includes(source)) {
    throw new UsageError('the source label is a target label, too', { got: String(source) });
  }
  if (targets.length > 1 && pattern !== 'noise') {
    throw new UsageError('several targets need triggers that differ', { expected: 'the pattern noise', got: pattern });
  }
  return targets.flatMap((target, i) =>
    positions.map((position) => ({
      trigger: patchTrigger(shape, { size, position, pattern, seed: seed + i }),
      target,
      ...(source !== undefined && { source }),
    })),
  );
}
