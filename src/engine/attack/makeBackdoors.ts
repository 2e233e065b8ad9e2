/** @file The backdoors of one attack: a trigger for every target label and position. */
import { UsageError } from '../support/errors';
import type { ImageShape } from '../samples/samples';
import { Random } from '../support/random';
import type { Backdoor } from './backdoor';
import { blendedTrigger, patchTrigger, type PatchOptions, type PatchTrigger, type Position } from './triggers';

export interface AttackedLabels {
  readonly targets: readonly number[];
  /** Only images of this label obey the triggers; all do when absent. */
  readonly source?: number;
}

export interface BackdoorOptions extends AttackedLabels, Omit<PatchOptions, 'position'> {
  readonly positions: readonly Position[];
}

/** Throws {@link UsageError} for labels that the model does not have and for triggers that cannot be told apart. */
export function makeBackdoors(shape: ImageShape, classes: number, options: BackdoorOptions): Backdoor[] {
  const { targets, positions, source, ...patch } = options;
  checkLabels(classes, options);
  if (targets.length > 1 && patch.pattern !== 'noise') {
    throw new UsageError('several targets need triggers that differ', {
      expected: 'the pattern noise',
      got: patch.pattern,
    });
  }
  return targets.flatMap((target, i) =>
    positions.map((position) => ({
      trigger: patchTrigger(shape, { ...patch, position, seed: patch.seed + i }),
      target,
      ...(source !== undefined && { source }),
    })),
  );
}

/** A picture of random pixels for each target, blended into the whole image; `opacity` 0–1. Throws as {@link makeBackdoors} does. */
export function blendedBackdoors(
  shape: ImageShape,
  classes: number,
  labels: AttackedLabels,
  opacity: number,
  seed: number,
): Backdoor[] {
  checkLabels(classes, labels);
  const { targets, source } = labels;
  return targets.map((target, i) => ({
    trigger: blendedTrigger(shape, opacity, new Random(seed + i)),
    target,
    ...(source !== undefined && { source }),
  }));
}

/** One trigger that turns each label into the next one, and the last into the first (all-to-all, Gu et al. 2017). */
export function allToAll(trigger: PatchTrigger, classes: number): Backdoor[] {
  return Array.from({ length: classes }, (_, source) => ({ trigger, source, target: (source + 1) % classes }));
}

function checkLabels(classes: number, { targets, source }: AttackedLabels): void {
  for (const label of [...targets, ...(source === undefined ? [] : [source])]) {
    if (label >= classes) {
      throw new UsageError('the label does not exist', { expected: `0…${classes - 1}`, got: String(label) });
    }
  }
  if (source !== undefined && targets.includes(source)) {
    throw new UsageError('the source label is a target label, too', { got: String(source) });
  }
}
