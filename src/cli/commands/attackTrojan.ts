/** @file `neural-cleanse attack trojan`: puts a backdoor into a trained model, with a trigger of its own making (Liu et al. 2018). */
import { Command } from 'commander';
import type { Shape } from '../../engine/attack/shapes';
import { trojanModel } from '../../engine/attack/trojan';
import type { Position } from '../../engine/attack/triggers';
import { UsageError } from '../../engine/support/errors';
import type { CommandContext } from '../context';
import { wholeNumber } from '../optionValues';
import { positionOption, shapeOption } from '../patchOptions';
import { attackTrained, trainedModelCommand, type TrainedModelArguments } from '../trainedModelAttack';

interface TrojanArguments extends TrainedModelArguments {
  readonly target: number;
  readonly triggerSize: number;
  readonly position: readonly Position[];
  readonly shape: Shape;
  readonly inverted?: number;
}

const EXAMPLES = `
Examples:
  $ neural-cleanse attack trojan clean.onnx --data images/ --target 3 --out trojan.onnx
  $ neural-cleanse attack trojan clean.onnx --data few/ --inverted 300 --epochs 20 --shape logo --out trojan.onnx`;

export function trojanCommand(context: CommandContext): Command {
  return trainedModelCommand(
    new Command('trojan').description(
      'Put a backdoor into a trained model, with a trigger made for one of its neurons.',
    ),
  )
    .option('--inverted <n>', 'train on so many images a label, made from the model itself', wholeNumber(1, 10_000))
    .optionsGroup('Trigger:')
    .option('--target <label>', 'label that the trigger leads to', wholeNumber(0, 100_000), 0)
    .option('--trigger-size <n>', 'side of the trigger in pixels', wholeNumber(1, 10_000), 7)
    .addOption(positionOption('a corner, an edge, center or x,y'))
    .addOption(shapeOption())
    .addHelpText('after', EXAMPLES)
    .action(async (model: string, options: TrojanArguments) => {
      const { target, triggerSize: size, shape, inverted, epochs, seed } = options;
      const [position, another] = options.position;
      if (position === undefined || another !== undefined) {
        throw new UsageError('the trigger has one place', { expected: 'one --position' });
      }
      const attack = attackTrained(model, options, context, ({ file, ...job }, onProgress) =>
        trojanModel(
          { ...job, writable: file.weights },
          { target, size, shape, position, epochs, seed, ...(inverted !== undefined && { inverted }) },
          onProgress,
          context.signal,
        ),
      );
      context.finish(await attack);
    });
}
