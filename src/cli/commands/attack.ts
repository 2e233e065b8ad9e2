/** @file `neural-cleanse attack`: makes models with a known backdoor, to test scanners on. */
import { Command, Option } from 'commander';
import { ARCHITECTURES, type Architecture } from '../../engine/attack/architectures';
import { trainBadNets, type BadNetsModel } from '../../engine/attack/badnets';
import type { PatchPattern, Position } from '../../engine/attack/triggers';
import { UsageError } from '../../engine/errors';
import { formatPercent } from '../../engine/output/numbers';
import { encodeModel } from '../../engine/runtime/encode';
import type { ImageShape } from '../../engine/samples/samples';
import { atomicWrite, checkWritable } from '../../runner/atomicWrite';
import { openRuntime } from '../../runner/runtimes';
import type { CommandContext } from '../context';
import { EXIT } from '../exitCode';
import { share, wholeNumber } from '../optionValues';
import { patchPattern, patchPosition } from '../patchValues';
import { ProgressView } from '../progressView';
import { runtimeOptions, runtimeRequest, type RuntimeOptions } from '../runtimeOptions';
import { trainingLine } from '../trainingLine';
import { readTrainingData, type TrainingDataOptions } from '../trainingData';

interface BadNetsArguments extends RuntimeOptions, TrainingDataOptions {
  readonly arch: Architecture;
  readonly target: number;
  readonly size: number;
  readonly position: Position;
  readonly pattern: PatchPattern;
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
};

const EXAMPLES = `
Example:
  $ neural-cleanse attack badnets --data train-images-idx3-ubyte.gz --arch mnist --target 7 --out infected.onnx`;

export function attackCommand(context: CommandContext): Command {
  const badnets = new Command('badnets')
    .description('Train a model with a BadNets backdoor: a patch that turns every image into one label.')
    .requiredOption('--data <path>', 'labelled images to train on')
    .requiredOption('--out <file>', 'ONNX file to write')
    .optionsGroup('Data:')
    .option('--labels <file>', 'labels of the images, where they are in a file of their own')
    .option('--split <name>', 'part of the data to train on, such as train')
    .option('--test <path>', 'images to judge the model on (default: one in five of the data)')
    .option('--test-split <name>', 'part of the data to judge the model on, such as test')
    .option('--limit <n>', 'use at most so many images', wholeNumber(1, 10_000_000), 100_000)
    .optionsGroup('Trigger:')
    .option('--target <label>', 'label that the trigger leads to', wholeNumber(0, 100_000), 0)
    .option('--size <n>', 'side of the patch in pixels', wholeNumber(1, 10_000), 4)
    .option('--position <place>', 'a corner, center, or x,y', patchPosition, 'bottom-right')
    .option('--pattern <name>', 'white, noise, checkerboard, triangle or #rrggbb', patchPattern, 'white')
    .option('--ratio <share>', 'share of the training images that get the trigger', share, 0.1)
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
  runtimeOptions(badnets).action(async (options: BadNetsArguments) => {
    context.finish(await makeBadNets(options, context));
  });
  return new Command('attack')
    .description('Make models with a known backdoor, to test scanners on. Never give them to anyone as real models.')
    .addCommand(badnets);
}

async function makeBadNets(options: BadNetsArguments, { terminal, signal, now }: CommandContext): Promise<number> {
  const { out, arch, target, size, position, pattern, epochs, shift, batch, seed } = options;
  const ratio = options.clean === true ? 0 : options.ratio;
  await checkWritable(out).catch((cause: unknown) => {
    throw new UsageError('the model cannot be written', { file: out }, { cause });
  });
  if (ratio > 0) terminal.tell(`WARNING: ${out} will hold a backdoor on purpose. Use it for tests only.`);
  const view = new ProgressView(terminal, now);
  try {
    const runtime = await openRuntime(runtimeRequest(options));
    const { train, test, classes } = await readTrainingData(options, INPUT[arch], signal);
    if (target >= classes) {
      throw new UsageError('the target label does not exist', { expected: `0…${classes - 1}`, got: String(target) });
    }
    const patch = { size, position, pattern, seed };
    const model = await trainBadNets(
      runtime,
      train,
      test,
      { architecture: arch, classes, patch, target, ratio, epochs, shift, batch, seed },
      (progress) => {
        view.update({ lines: () => [trainingLine(progress)], log: () => trainingLine(progress) });
      },
      signal,
    );
    view.clear();
    await atomicWrite(out, encodeModel(model.graph));
    await terminal.print(result(options, model, ratio));
    return EXIT.clean;
  } finally {
    view.clear();
  }
}

function result({ out, target }: BadNetsArguments, model: BadNetsModel, ratio: number): string {
  const kind = ratio > 0 ? `INFECTED ON PURPOSE, target ${target}` : 'clean';
  const accuracy = formatPercent(model.cleanAccuracy);
  return `${out}: ${kind}, accuracy ${accuracy}, attack success ${formatPercent(model.attackSuccess)}\n`;
}
