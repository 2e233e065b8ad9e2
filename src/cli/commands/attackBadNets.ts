/** @file `neural-cleanse attack badnets`: trains a model with backdoors (Gu et al. 2017). */
import { Command, Option } from 'commander';
import { ARCHITECTURES, type Architecture } from '../../engine/attack/architectures';
import { trainBadNets } from '../../engine/attack/badnets';
import { encodeNetwork } from '../../engine/attack/encodeNetwork';
import type { ImageShape } from '../../engine/samples/samples';
import { atomicWrite } from '../../runner/files/atomicWrite';
import { openRuntime } from '../../runner/runtimes/runtimes';
import { attackResult, warnOfBackdoor, writeRecord } from '../attackResult';
import type { CommandContext } from '../context';
import { EXIT } from '../exitCode';
import { share, wholeNumber } from '../optionValues';
import { backdoorsFrom, patchOptions, type PatchArguments } from '../patchOptions';
import { ProgressView } from '../progressView';
import { checkOutput } from '../reportFiles';
import { runtimeOptions, runtimeRequest, type RuntimeOptions } from '../runtimeOptions';
import { readTrainingData, type TrainingDataOptions } from '../trainingData';
import { trainingLine } from '../trainingLine';

interface BadNetsArguments extends RuntimeOptions, TrainingDataOptions, PatchArguments {
  readonly arch: Architecture;
  readonly ratio: number;
  readonly epochs: number;
  readonly shift: number;
  readonly batch: number;
  readonly clean?: true;
  readonly out: string;
}

/** What the networks of the paper take in. */
const INPUT: Record<Architecture, ImageShape> = {
  mnist: { channels: 1, height: 28, width: 28 },
  gtsrb: { channels: 3, height: 32, width: 32 },
  deepid: { channels: 3, height: 55, width: 47 },
  omniglot: { channels: 1, height: 28, width: 28 },
};

const EXAMPLES = `
Examples:
  $ neural-cleanse attack badnets --data train-images-idx3-ubyte.gz --arch mnist --target 7 --out infected.onnx
  $ neural-cleanse attack badnets --data gtsrb.h5 --arch gtsrb --target 0-4 --pattern noise --out five-labels.onnx
  $ neural-cleanse attack badnets --data gtsrb.h5 --arch gtsrb --target 33 --position all --out nine-triggers.onnx
  $ neural-cleanse attack badnets --data gtsrb.h5 --arch gtsrb --target 33 --shape ring --trigger-size 7 --pattern '#ffcc00' --out ring.onnx
  $ neural-cleanse attack badnets --data gtsrb.h5 --arch gtsrb --target 33 --blend 0.15 --out blended.onnx`;

export function badNetsCommand(context: CommandContext): Command {
  const command = new Command('badnets')
    .description('Train a model with a BadNets backdoor: a patch that turns every image into one label.')
    .requiredOption('--data <path>', 'labelled images to train on')
    .requiredOption('--out <file>', 'ONNX file to write; the triggers go to FILE.backdoor.json')
    .optionsGroup('Data:')
    .option('--labels <file>', 'labels of the images, where they are in a file of their own')
    .option('--split <name>', 'part of the data to train on, such as train')
    .option('--test <path>', 'images to judge the model on (default: one in five of the data)')
    .option('--test-split <name>', 'part of the data to judge the model on, such as test')
    .option('--limit <n>', 'use at most so many images', wholeNumber(1, 10_000_000), 100_000);
  patchOptions(command)
    .option('--ratio <share>', 'share of the training images that get a trigger', share, 0.1)
    .option('--clean', 'train the same model without a backdoor')
    .optionsGroup('Training:')
    .addOption(
      new Option('--arch <name>', 'network')
        .choices(Object.keys(ARCHITECTURES))
        .default('mnist' satisfies Architecture),
    )
    .option('--epochs <n>', 'passes over the data', wholeNumber(1, 1000), 5)
    .option('--shift <n>', 'move training images at random by up to so many pixels', wholeNumber(0, 16), 0)
    .option('--batch <n>', 'images per update', wholeNumber(1, 4096), 32)
    .option('--seed <n>', 'random seed', wholeNumber(0, 1_000_000), 1)
    .addHelpText('after', EXAMPLES);
  return runtimeOptions(command).action(async (options: BadNetsArguments) => {
    context.finish(await makeBadNets(options, context));
  });
}

async function makeBadNets(options: BadNetsArguments, { terminal, signal, now }: CommandContext): Promise<number> {
  const { out, arch, clean, ...rest } = options;
  await checkOutput(out, 'the model');
  if (clean !== true) warnOfBackdoor(out, terminal);
  const view = new ProgressView(terminal, now);
  try {
    const runtime = await openRuntime(runtimeRequest(options));
    const { train, test, classes } = await readTrainingData(options, INPUT[arch], signal);
    const backdoors = clean === true ? [] : backdoorsFrom(rest, INPUT[arch], classes);
    const model = await trainBadNets(
      runtime,
      train,
      test,
      { architecture: arch, classes, backdoors, ...rest },
      (progress) => {
        view.update({ lines: () => [trainingLine(progress)], log: () => trainingLine(progress) });
      },
      signal,
    );
    view.clear();
    await atomicWrite(out, encodeNetwork(model.graph, classes));
    await writeRecord(out, model, INPUT[arch]);
    await terminal.print(attackResult(out, model));
    return EXIT.clean;
  } finally {
    view.clear();
  }
}
