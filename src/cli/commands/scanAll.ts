/** @file `neural-cleanse scan-all`: look for backdoors in many models, one after the other. */
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { Command } from 'commander';
import { CancelledError } from '../../engine/support/errors';
import { sarifLog } from '../../engine/output/scanSarif';
import { scanAllMarkdown } from '../../engine/output/text/scanAllMarkdown';
import { type ModelOutcome, scanAllText } from '../../engine/output/text/scanAllText';
import { cutToColumns } from '../../engine/output/text/columns';
import { plainText } from '../../engine/support/plainText';
import { VERSION } from '../../engine/report/version';
import type { Runtime } from '../../engine/runtime/runtime';
import { atomicWrite } from '../../runner/files/atomicWrite';
import { cacheFolder } from '../../runner/files/cacheFolder';
import { DiskCheckpoints } from '../../runner/files/checkpoints';
import { DiskFinishedScans } from '../../runner/files/finishedScans';
import { plainMemoryError } from '../../runner/protocol/outOfMemory';
import { openRuntime } from '../../runner/runtimes/runtimes';
import type { CommandContext } from '../context';
import { exitCodeOfError, exitCodeOfVerdict, worstExitCode } from '../exitCode';
import { findModels, modelsInList } from '../findModels';
import { ProgressView } from '../progressView';
import { checkOutput, checkTargets, repositoryPath, STDOUT, writeTo } from '../reportFiles';
import { runtimeOptions, runtimeRequest, type RuntimeOptions } from '../runtimeOptions';
import { sampleOptions, sampleRequest, type SampleOptions } from '../sampleOptions';
import { scanningOptions, settingsOf, type ScanningOptions } from '../scanningOptions';
import { resumable, watchedScan } from '../watchedScan';

interface ScanAllOptions extends RuntimeOptions, SampleOptions, ScanningOptions {
  readonly list?: string;
  readonly again?: true;
  readonly cache?: string;
  readonly jsonl?: string;
  readonly sarif?: string;
  readonly summary?: string;
}

const MAX_PATH = 200;

interface ScannedModel extends ModelOutcome {
  readonly exitCode: number;
}

const EXAMPLES = `
Examples:
  $ neural-cleanse scan-all models/ --data images/
  $ neural-cleanse scan-all 'zoo/**/*.onnx' --sarif neural-cleanse.sarif
  $ neural-cleanse scan-all --list models.txt --jsonl results.jsonl

The exit code is that of the worst model: infected, not scanned, inconclusive, clean.`;

export function scanAllCommand(context: CommandContext): Command {
  const command = new Command('scan-all')
    .description('Look for backdoors in all models of a folder, a list or a pattern.')
    .argument('[models...]', 'model files, folders with all below them, or patterns in quotes');
  scanningOptions(sampleOptions(command))
    .option('--again', 'scan models anew whose result is known')
    .option('--cache <dir>', 'where results and unfinished scans are kept')
    .optionsGroup('Models and reports (- is stdout, instead of the table):')
    .option('--list <file>', 'a text file that names a model a line, relative to its own folder')
    .option('--jsonl <file>', 'write a line of JSON per model, as soon as it is done')
    .option('--sarif <file>', 'write one SARIF 2.1.0 report of all')
    .option('--summary <file>', 'add a summary in Markdown to a file, as the page of a CI job is one')
    .addHelpText('after', EXAMPLES);
  return runtimeOptions(command).action(async (models: string[], options: ScanAllOptions) => {
    context.finish(await scanAll(models, options, context));
  });
}

async function scanAll(given: readonly string[], options: ScanAllOptions, context: CommandContext): Promise<number> {
  const { terminal, now } = context;
  const { list, jsonl, sarif, summary } = options;
  await checkTargets({ ...(jsonl !== undefined && { json: jsonl }), ...(sarif !== undefined && { sarif }) });
  if (summary !== undefined) await checkOutput(summary, 'the summary');
  const models = await findModels([...given, ...(list === undefined ? [] : await modelsInList(list))]);
  if (jsonl !== undefined && jsonl !== STDOUT) await atomicWrite(jsonl, '');
  const view = new ProgressView(terminal, now);
  const scanned: ScannedModel[] = [];
  await resumable(view, context, 'the same command', async () => {
    const runtime = await openRuntime(runtimeRequest(options));
    for (const model of models) {
      const heading = `${scanned.length + 1} of ${models.length}: ${plainText(model, MAX_PATH)}`;
      const outcome = await scanOne(model, heading, runtime, options, context, view);
      view.clear();
      scanned.push(outcome);
      const line = `${jsonLine(outcome)}\n`;
      if (jsonl === STDOUT) await terminal.print(line);
      else if (jsonl !== undefined) await fs.appendFile(jsonl, line);
    }
  });
  if (sarif !== undefined) {
    const results = scanned.map((outcome) => ({ ...outcome, modelPath: repositoryPath(outcome.path) }));
    await writeTo(sarif, sarifLog(results, VERSION, 'all'), terminal);
  }
  if (summary !== undefined) await fs.appendFile(summary, scanAllMarkdown(scanned));
  if (jsonl !== STDOUT && sarif !== STDOUT) await terminal.print(scanAllText(scanned));
  return worstExitCode(scanned.map(({ exitCode }) => exitCode));
}

/** Whatever is wrong with one model stops no other; only the user does. */
async function scanOne(
  model: string,
  heading: string,
  runtime: Runtime,
  options: ScanAllOptions,
  context: CommandContext,
  view: ProgressView,
): Promise<ScannedModel> {
  const folder = options.cache ?? cacheFolder();
  try {
    view.update({ lines: (columns) => [cutToColumns(heading, columns - 1)], log: () => heading });
    const request = {
      ...sampleRequest(model, options, runtime),
      withoutSamples: true,
      settings: settingsOf(options),
      finished: new DiskFinishedScans(path.join(folder, 'finished'), options.again === true),
    };
    const checkpoints = new DiskCheckpoints(path.join(folder, 'checkpoints'), true);
    const report = await watchedScan(request, context, view, { heading, checkpoints });
    return { path: model, report, exitCode: exitCodeOfVerdict(report.verdict) };
  } catch (thrown) {
    if (thrown instanceof CancelledError) throw thrown;
    const error = plainMemoryError(thrown);
    const message = error instanceof Error ? error.message : String(error);
    const name = `${path.basename(model)}: `;
    return {
      path: model,
      error: message.startsWith(name) ? message.slice(name.length) : message,
      exitCode: exitCodeOfError(error),
    };
  }
}

/** The report is one of `scan --json`, on one line. */
function jsonLine({ path: model, report, error }: ModelOutcome): string {
  return JSON.stringify({ model, report, error });
}
