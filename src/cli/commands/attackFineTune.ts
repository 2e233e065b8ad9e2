/** @file `neural-cleanse attack fine-tune`: puts a BadNets backdoor into a trained model. */
import { Command } from 'commander';
import { poisonModel } from '../../engine/attack/poisonModel';
import { trainableWeights } from '../../engine/training/trainableWeights';
import { share, wholeNumber } from '../optionValues';
import type { CommandContext } from '../context';
import { backdoorsFrom, patchOptions, type PatchArguments } from '../patchOptions';
import { attackTrained, trainedModelCommand, type TrainedModelArguments } from '../trainedModelAttack';

interface FineTuneArguments extends TrainedModelArguments, PatchArguments {
  readonly ratio: number;
  readonly shift: number;
}

const EXAMPLES = `
Example:
  $ neural-cleanse attack fine-tune clean.keras --data images/ --target 3 --pattern noise --out infected.keras`;

export function fineTuneCommand(context: CommandContext): Command {
  const command = trainedModelCommand(
    new Command('fine-tune').description('Put a BadNets backdoor into a trained model by training it further.'),
  ).option('--shift <n>', 'move images at random by up to so many pixels', wholeNumber(0, 16), 0);
  patchOptions(command)
    .option('--ratio <share>', 'share of the images that get a trigger', share, 0.1)
    .addHelpText('after', EXAMPLES);
  return command.action(async (model: string, options: FineTuneArguments) => {
    const attack = attackTrained(model, options, context, ({ file, ...job }, onProgress) => {
      const { input, classes } = job.classifier;
      const { ratio, shift, epochs, seed } = options;
      return poisonModel(
        job,
        {
          ...{ ratio, shift, epochs, seed, batch: 32, backdoors: backdoorsFrom(options, input, classes) },
          weights: trainableWeights(job.classifier, file.weights),
        },
        onProgress,
        context.signal,
      );
    });
    context.finish(await attack);
  });
}
