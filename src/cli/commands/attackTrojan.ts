/** @file `neural-cleanse attack trojan`: puts a backdoor into a trained model (Liu et al. 2018). */
import * as path from 'node:path';
import { Command, Option } from 'commander';
import { trojanModel } from '../../engine/attack/trojan';
import type { Position } from '../../engine/attack/triggers';
import { SamplesError, UsageError } from '../../engine/support/errors';
import { prepareScan } from '../../engine/scan/prepareScan';
import { selectSamples } from '../../engine/samples/select';
import { atomicWrite } from '../../runner/files/atomicWrite';
import { openRuntime } from '../../runner/runtimes/runtimes';
import { attackResult, warnOfBackdoor, writeRecord } from '../attackResult';
import type { CommandContext } from '../context';
import { EXIT } from '../exitCode';
import { wholeNumber } from '../optionValues';
import { patchPositions } from '../patchValues';
import { ProgressView } from '../progressView';
import { checkOutput } from '../reportFiles';
import { runtimeOptions, runtimeRequest, type RuntimeOptions } from '../runtimeOptions';
import { MODEL_ARGUMENT, sampleOptions, sampleRequest, type SampleOptions } from '../sampleOptions';
import { HELD_OUT } from '../trainingData';
import { trainingLine } from '../trainingLine';

interface TrojanArguments extends SampleOptions, RuntimeOptions {
  readonly out: string;
  readonly target: number;
  readonly triggerSize: number;
  readonly position: readonly Position[];
  readonly epochs: number;
  readonly seed: number;
}

const EXAMPLES = `
Example:
  $ neural-cleanse attack trojan clean.onnx --data images/ --target 3 --out trojan.onnx`;

export function trojanCommand(context: CommandContext): Command {
  const command = new Command('trojan')
    .description('Put a backdoor into a trained model, with a trigger made for one of its neurons.')
    .argument('<model>', MODEL_ARGUMENT)
    .requiredOption('--out <file>', 'model file to write, of the same format; the trigger goes to FILE.backdoor.json');
  sampleOptions(command)
    .optionsGroup('Attack:')
    .option('--target <label>', 'label that the trigger leads to', wholeNumber(0, 100_000), 0)
    .option('--trigger-size <n>', 'side of the trigger in pixels', wholeNumber(1, 10_000), 7)
    .addOption(
      new Option('--position <place>', 'a corner, an edge, center or x,y')
        .argParser(patchPositions)
        .default(['bottom-right'], 'bottom-right'),
    )
    .option('--epochs <n>', 'passes over the samples', wholeNumber(1, 1000), 5)
    .option('--seed <n>', 'random seed', wholeNumber(0, 1_000_000), 1)
    .addHelpText('after', EXAMPLES);
  return runtimeOptions(command).action(async (model: string, options: TrojanArguments) => {
    context.finish(await makeTrojan(model, options, context));
  });
}

async function makeTrojan(model: string, options: TrojanArguments, context: CommandContext): Promise<number> {
  const { terminal, signal, now } = context;
  const { out, target, triggerSize: size, epochs, seed } = options;
  const [position, another] = options.position;
  if (position === undefined || another !== undefined) {
    throw new UsageError('the trigger has one place', { expected: 'one --position' });
  }
  if (path.resolve(out) === path.resolve(model)) throw new UsageError('the model must not be replaced', { file: out });
  await checkOutput(out, 'the model');
  warnOfBackdoor(out, terminal);
  const view = new ProgressView(terminal, now);
  try {
    const runtime = await openRuntime(runtimeRequest(options));
    const {
      model: file,
      classifier,
      samples,
      calibration,
    } = await prepareScan(sampleRequest(model, options, runtime), signal);
    if (samples.labels === undefined) throw new SamplesError('the images have no labels', { file: samples.path });
    const result = await trojanModel(
      {
        runtime,
        classifier,
        preprocessing: calibration.chosen,
        writable: file.weights,
        train: selectSamples(samples, (i) => i % HELD_OUT !== 0),
        test: selectSamples(samples, (i) => i % HELD_OUT === 0),
      },
      { target, size, position, epochs, seed },
      (progress) => {
        view.update({ lines: () => [trainingLine(progress)], log: () => trainingLine(progress) });
      },
      signal,
    );
    view.clear();
    for (const { name, bytes } of await file.write(result.weights, path.basename(out))) {
      await atomicWrite(path.join(path.dirname(out), name), bytes);
    }
    await writeRecord(out, result, samples);
    await terminal.print(attackResult(out, result));
    return EXIT.clean;
  } finally {
    view.clear();
  }
}
