/** @file What the attacks on a trained model share: its options, reading it, writing it back in its own format. */
import * as path from 'node:path';
import type { Command } from 'commander';
import type { PoisonedModel, PoisonJob } from '../engine/attack/poisonModel';
import type { TrainingProgress } from '../engine/attack/poisonedTraining';
import type { ModelFile } from '../engine/formats/format';
import { selectSamples } from '../engine/samples/select';
import { prepareScan } from '../engine/scan/prepareScan';
import { SamplesError, UsageError } from '../engine/support/errors';
import { atomicWrite } from '../runner/files/atomicWrite';
import { openRuntime } from '../runner/runtimes/runtimes';
import { attackResult, warnOfBackdoor, writeRecord } from './attackResult';
import type { CommandContext } from './context';
import { EXIT } from './exitCode';
import { wholeNumber } from './optionValues';
import { ProgressView } from './progressView';
import { checkOutput } from './reportFiles';
import { runtimeOptions, runtimeRequest, type RuntimeOptions } from './runtimeOptions';
import { MODEL_ARGUMENT, sampleOptions, sampleRequest, type SampleOptions } from './sampleOptions';
import { HELD_OUT } from './trainingData';
import { trainingLine } from './trainingLine';

export interface TrainedModelArguments extends SampleOptions, RuntimeOptions {
  readonly out: string;
  readonly epochs: number;
  readonly seed: number;
}

/** Adds the argument and the options, in front of the attack's own. */
export function trainedModelCommand(command: Command): Command {
  command
    .argument('<model>', MODEL_ARGUMENT)
    .requiredOption('--out <file>', 'model file to write, of the same format; the triggers go to FILE.backdoor.json');
  sampleOptions(command);
  runtimeOptions(command);
  return command
    .optionsGroup('Training:')
    .option('--epochs <n>', 'passes over the samples', wholeNumber(1, 1000), 5)
    .option('--seed <n>', 'random seed', wholeNumber(0, 1_000_000), 1);
}

/** Reads model and samples, attacks, writes the result; one in {@link HELD_OUT} samples only judges. Returns the exit code. */
export async function attackTrained(
  model: string,
  options: TrainedModelArguments,
  { terminal, signal, now }: CommandContext,
  attack: (
    job: PoisonJob & { readonly file: ModelFile },
    onProgress: (progress: TrainingProgress) => void,
  ) => Promise<PoisonedModel>,
): Promise<number> {
  const { out } = options;
  if (path.resolve(out) === path.resolve(model)) throw new UsageError('the model must not be replaced', { file: out });
  await checkOutput(out, 'the model');
  warnOfBackdoor(out, terminal);
  const view = new ProgressView(terminal, now);
  try {
    const runtime = await openRuntime(runtimeRequest(options));
    const prepared = await prepareScan(sampleRequest(model, options, runtime), signal);
    const { model: file, classifier, samples, calibration } = prepared;
    if (samples.labels === undefined) throw new SamplesError('the images have no labels', { file: samples.path });
    const result = await attack(
      {
        ...{ runtime, classifier, file, preprocessing: calibration.chosen },
        train: selectSamples(samples, (i) => i % HELD_OUT !== 0),
        test: selectSamples(samples, (i) => i % HELD_OUT === 0),
      },
      (progress) => {
        view.update({ lines: () => [trainingLine(progress)], log: () => trainingLine(progress) });
      },
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
