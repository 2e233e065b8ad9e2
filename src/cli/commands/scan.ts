/** @file `neural-cleanse scan`: look for a backdoor in one model. */
import * as path from 'node:path';
import { Command, Option } from 'commander';
import { CancelledError } from '../../engine/support/errors';
import type { LossKind, ScanSettings } from '../../engine/report/scanReport';
import { scanModel } from '../../engine/scan/scanModel';
import { cacheFolder } from '../../runner/files/cacheFolder';
import { DiskCheckpoints } from '../../runner/files/checkpoints';
import { openRuntime } from '../../runner/runtimes/runtimes';
import type { CommandContext } from '../context';
import { exitCodeOfVerdict } from '../exitCode';
import { labelList, share, wholeNumber } from '../optionValues';
import { logLine, terminalLines } from '../progressLines';
import { ProgressView } from '../progressView';
import { checkTargets, writeReports, type ReportTargets } from '../reportFiles';
import { runtimeOptions, runtimeRequest, type RuntimeOptions } from '../runtimeOptions';
import { MODEL_ARGUMENT, sampleOptions, sampleRequest, type SampleOptions } from '../sampleOptions';

type Scheme = NonNullable<ScanSettings['scheme']>;

interface ScanOptions extends ReportTargets, RuntimeOptions, SampleOptions {
  readonly quick?: true;
  readonly thorough?: true;
  readonly seeds?: number;
  readonly seed?: number;
  readonly threshold?: number;
  readonly loss?: LossKind;
  readonly scheme?: Scheme;
  readonly only?: number[];
  readonly resume?: true;
  readonly cache?: string;
}

const READING = 'Reading the model and the samples…';

const EXAMPLES = `
Examples:
  $ neural-cleanse scan model.onnx --data images/
  $ neural-cleanse scan model.onnx                     a first look with generated images
  $ neural-cleanse scan model.h5 --data test.h5 --split test --thorough --html report.html
  $ neural-cleanse scan model.keras --data t10k-images-idx3-ubyte.gz --json - > report.json

Exit codes:
  0 clean, 1 infected, 2 error, 3 not scanned, 4 usage, 5 inconclusive, 130 stopped`;

export function scanCommand(context: CommandContext): Command {
  const command = new Command('scan')
    .description('Look for a backdoor in the weights of an image classifier.')
    .argument('<model>', MODEL_ARGUMENT);
  sampleOptions(command)
    .optionsGroup('Scanning:')
    .addOption(new Option('--quick', 'fewer updates: a first look').conflicts('thorough'))
    .option('--thorough', 'more updates and three seeds: a second look')
    .option('--seeds <n>', 'independent runs per label; the smallest trigger counts', wholeNumber(1, 100))
    .option('--seed <n>', 'first random seed', wholeNumber(0, 1_000_000))
    .option('--threshold <p>', 'largest p-value that counts as infected', share)
    .addOption(
      new Option('--loss <kind>', "the true cross-entropy, or the paper authors' own").choices([
        'cross-entropy',
        'authors',
      ] satisfies LossKind[]),
    )
    .addOption(
      new Option('--scheme <name>', 'all labels briefly and the smallest to the end, or as in the paper').choices([
        'race',
        'paper',
      ] satisfies Scheme[]),
    )
    .option('--only <labels>', 'scan these labels only, such as 0,3,5-9', labelList)
    .option('--resume', 'go on where the last scan of this model with these settings stopped')
    .option('--cache <dir>', 'where unfinished scans are kept')
    .optionsGroup('Reports (- is stdout):')
    .option('--json <file>', 'write the report as JSON')
    .option('--sarif <file>', 'write the report as SARIF 2.1.0')
    .option('--html <file>', 'write the report as one HTML file')
    .addHelpText('after', EXAMPLES);
  return runtimeOptions(command).action(async (model: string, options: ScanOptions) => {
    context.finish(await scan(model, options, context));
  });
}

async function scan(model: string, options: ScanOptions, { terminal, signal, now }: CommandContext): Promise<number> {
  await checkTargets(options);
  const view = new ProgressView(terminal, now);
  const tellStop = (): void => {
    view.tell('Stopping; press Ctrl-C again to exit at once.');
  };
  signal.addEventListener('abort', tellStop, { once: true });
  try {
    view.update({ lines: () => [READING], log: () => READING });
    const runtime = await openRuntime(runtimeRequest(options));
    const report = await scanModel(
      {
        ...sampleRequest(model, options, runtime),
        withoutSamples: true,
        settings: settingsOf(options),
        now,
      },
      {
        signal,
        checkpoints: new DiskCheckpoints(
          path.join(options.cache ?? cacheFolder(), 'checkpoints'),
          options.resume === true,
        ),
        onProgress: (progress) => {
          view.update({
            lines: (columns) => terminalLines(progress, columns),
            log: () => logLine(progress),
          });
        },
      },
    );
    view.clear();
    await writeReports(report, options, model, terminal);
    return exitCodeOfVerdict(report.verdict);
  } catch (error) {
    view.clear();
    if (error instanceof CancelledError) {
      terminal.tell('Stopped. What was done is kept: the same command with --resume goes on from there.');
    }
    throw error;
  } finally {
    signal.removeEventListener('abort', tellStop);
  }
}

function settingsOf(options: ScanOptions): Partial<ScanSettings> {
  const { quick, thorough, seeds, seed, threshold, loss, scheme, only } = options;
  return {
    preset: quick === true ? 'quick' : thorough === true ? 'thorough' : 'standard',
    ...(seeds !== undefined && { seeds }),
    ...(seed !== undefined && { seed }),
    ...(threshold !== undefined && { pThreshold: threshold }),
    ...(loss !== undefined && { loss }),
    ...(scheme !== undefined && { scheme }),
    ...(only !== undefined && { labels: only }),
  };
}
