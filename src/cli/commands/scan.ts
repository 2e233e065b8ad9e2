/** @file `neural-cleanse scan`: look for a backdoor in one model. */
import * as path from 'node:path';
import { Command } from 'commander';
import { cacheFolder } from '../../runner/files/cacheFolder';
import { DiskCheckpoints } from '../../runner/files/checkpoints';
import { openRuntime } from '../../runner/runtimes/runtimes';
import type { CommandContext } from '../context';
import { exitCodeOfVerdict } from '../exitCode';
import { ProgressView } from '../progressView';
import { checkTargets, writeReports, type ReportTargets } from '../reportFiles';
import { runtimeOptions, runtimeRequest, type RuntimeOptions } from '../runtimeOptions';
import { MODEL_ARGUMENT, sampleOptions, sampleRequest, type SampleOptions } from '../sampleOptions';
import { scanningOptions, settingsOf, type ScanningOptions } from '../scanningOptions';
import { resumable, watchedScan } from '../watchedScan';

interface ScanOptions extends ReportTargets, RuntimeOptions, SampleOptions, ScanningOptions {
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
  scanningOptions(sampleOptions(command))
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

async function scan(model: string, options: ScanOptions, context: CommandContext): Promise<number> {
  await checkTargets(options);
  const view = new ProgressView(context.terminal, context.now);
  const report = await resumable(view, context, 'the same command with --resume', async () => {
    view.update({ lines: () => [READING], log: () => READING });
    const runtime = await openRuntime(runtimeRequest(options));
    const checkpoints = new DiskCheckpoints(
      path.join(options.cache ?? cacheFolder(), 'checkpoints'),
      options.resume === true,
    );
    const request = { ...sampleRequest(model, options, runtime), withoutSamples: true, settings: settingsOf(options) };
    return watchedScan(request, context, view, { checkpoints });
  });
  await writeReports(report, options, model, context.terminal);
  return exitCodeOfVerdict(report.verdict);
}
