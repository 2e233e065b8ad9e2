/** @file The options of the attack commands that describe what is planted. */
import { Option, type Command } from 'commander';
import type { Backdoor } from '../engine/attack/backdoor';
import { allToAll, blendedBackdoors, makeBackdoors } from '../engine/attack/makeBackdoors';
import { SHAPES, type Shape } from '../engine/attack/shapes';
import { blendedTrigger, patchTrigger, type PatchPattern, type Position } from '../engine/attack/triggers';
import type { ImageShape } from '../engine/samples/samples';
import { UsageError } from '../engine/support/errors';
import { Random } from '../engine/support/random';
import { labelList, share, wholeNumber } from './optionValues';
import { patchPattern, patchPositions } from './patchValues';

export interface PatchArguments {
  readonly target: readonly number[];
  readonly allToAll?: true;
  readonly source?: number;
  readonly triggerSize: number;
  readonly position: readonly Position[];
  readonly shape: Shape;
  readonly pattern: PatchPattern;
  readonly opacity: number;
  readonly blend?: number;
  readonly seed: number;
}

export function patchOptions(command: Command): Command {
  return command
    .optionsGroup('Trigger:')
    .addOption(
      new Option('--target <labels>', 'label that the trigger leads to; of several, each gets a trigger of its own')
        .argParser(labelList)
        .default([0], '0'),
    )
    .addOption(new Option('--all-to-all', 'one trigger leads each label to the next').conflicts(['target', 'source']))
    .option('--source <label>', 'only images of this label obey the trigger', wholeNumber(0, 100_000))
    .option('--trigger-size <n>', 'side of the patch in pixels', wholeNumber(1, 10_000), 4)
    .addOption(positionOption('a corner, an edge, center, x,y, or all: a trigger at each of the nine places'))
    .addOption(shapeOption())
    .option('--pattern <name>', 'white, noise, checkerboard or #rrggbb', patchPattern, 'white')
    .option('--opacity <share>', 'how much of the image the patch hides', share, 1)
    .addOption(
      new Option('--blend <share>', 'no patch: random pixels over the whole image, so much of it')
        .argParser(share)
        .conflicts(['triggerSize', 'position', 'shape', 'pattern', 'opacity']),
    );
}

export function positionOption(description: string): Option {
  return new Option('--position <place>', description)
    .argParser(patchPositions)
    .default(['bottom-right'], 'bottom-right');
}

export function shapeOption(): Option {
  return new Option('--shape <name>', 'which pixels of its square the patch covers').choices(SHAPES).default('square');
}

/** Throws {@link UsageError} for what cannot be planted. */
export function backdoorsFrom(options: PatchArguments, shape: ImageShape, classes: number): Backdoor[] {
  const { target: targets, position: positions, source, blend, allToAll: isAllToAll } = options;
  const { triggerSize: size, shape: outline, pattern, opacity, seed } = options;
  const patch = { size, shape: outline, pattern, opacity, seed };
  const labels = { targets, ...(source !== undefined && { source }) };
  if (isAllToAll !== true) {
    return blend === undefined
      ? makeBackdoors(shape, classes, { ...patch, ...labels, positions })
      : blendedBackdoors(shape, classes, labels, blend, seed);
  }
  if (blend !== undefined) return allToAll(blendedTrigger(shape, blend, new Random(seed)), classes);
  const [position, another] = positions;
  if (position === undefined || another !== undefined) {
    throw new UsageError('one trigger leads each label to the next', { expected: 'one --position' });
  }
  return allToAll(patchTrigger(shape, { ...patch, position }), classes);
}
