/** @file `neural-cleanse filter`: makes a filter that rejects images with the trigger, and checks images with it. */
import { Command, Option } from 'commander';
import { UsageError } from '../../engine/support/errors';
import { encodeFilter, ImageFilter, REJECTED, type FilterAnswer } from '../../engine/filter/imageFilter';
import { makeFilter } from '../../engine/filter/makeFilter';
import { openFilter } from '../../engine/filter/openFilter';
import { filterText, parseFilter } from '../../engine/filter/savedFilter';
import { answerText, calibrationText } from '../../engine/output/text/filterText';
import { readSamples } from '../../engine/samples/readSamples';
import { atomicWrite } from '../../runner/files/atomicWrite';
import { nodeFiles } from '../../runner/files/nodeFiles';
import { protectOriginals } from '../../runner/files/protectOriginals';
import { openRuntime } from '../../runner/runtimes/runtimes';
import { sha256 } from '../../runner/files/sha256';
import type { CommandContext } from '../context';
import { EXIT } from '../exitCode';
import { labelList, share } from '../optionValues';
import { readReport, readText } from '../readReport';
import { checkOutput, checkTargets, writeTo } from '../reportFiles';
import { runtimeOptions, runtimeRequest, type RuntimeOptions } from '../runtimeOptions';
import { MODEL_ARGUMENT, sampleOptions, sampleRequest, type SampleOptions } from '../sampleOptions';

interface FilterOptions extends SampleOptions, RuntimeOptions {
  readonly calibrate?: true;
  readonly check?: string;
  readonly report?: string;
  readonly only?: number[];
  readonly fpr: number;
  readonly out?: string;
  readonly onnx?: string;
  readonly filter?: string;
  readonly json?: string;
}

/** Images of a check, where no limit is given. */
const ALL = 1_000_000;

const EXAMPLES = `
Examples:
  $ neural-cleanse filter model.onnx --data images/ --report scan.json --calibrate --onnx guarded.onnx
  $ neural-cleanse filter model.onnx --check incoming/

Exit codes of --check:
  0 no image rejected, 1 at least one`;

export function filterCommand(context: CommandContext): Command {
  const command = new Command('filter')
    .description('Reject images that carry the trigger, by the neurons it drives.')
    .argument('<model>', MODEL_ARGUMENT)
    .addOption(new Option('--calibrate', 'make a filter from a scan and clean samples').conflicts('check'))
    .option('--check <images>', 'check these images with the filter');
  sampleOptions(command)
    .optionsGroup('Calibrating:')
    .option('--report <file>', 'JSON report of the scan')
    .option('--only <labels>', 'triggers of these labels, such as 0,3,5-9 (default: the flagged ones)', labelList)
    .option('--fpr <share>', 'share of clean images that may be rejected', share, 0.05)
    .option('--out <file>', 'where the filter goes (default: MODEL.filter.json)')
    .option('--onnx <file>', 'also write the model with its filter as ONNX')
    .optionsGroup('Checking:')
    .option('--filter <file>', 'the filter (default: MODEL.filter.json)')
    .option('--json <file>', 'write the answers as JSON (- is stdout)')
    .addHelpText('after', EXAMPLES);
  return runtimeOptions(command).action(async (model: string, options: FilterOptions) => {
    if (options.check !== undefined) context.finish(await check(model, options.check, options, context));
    else if (options.calibrate === true) context.finish(await calibrate(model, options, context));
    else throw new UsageError('it is not said what to do', { expected: '--calibrate or --check' });
  });
}

async function calibrate(model: string, options: FilterOptions, { terminal, signal }: CommandContext): Promise<number> {
  const { report: reportFile, only, fpr, onnx, out = defaultFile(model) } = options;
  if (reportFile === undefined) {
    throw new UsageError('the report of a scan is needed', { expected: '--report FILE', got: 'none' });
  }
  await checkOutput(out, 'the filter');
  if (onnx !== undefined) await checkOutput(onnx, 'the model');
  for (const target of [out, onnx ?? []].flat()) await protectOriginals(target, [model]);
  const report = await readReport(reportFile);
  const runtime = await openRuntime(runtimeRequest(options));
  const { at, doubt } = await makeFilter(
    { ...sampleRequest(model, options, runtime), report, ...(only !== undefined && { only }) },
    signal,
  );
  const { filter, parts } = at(fpr);
  if (doubt !== undefined) terminal.tell(`WARNING: ${doubt}`);
  if (onnx !== undefined) await atomicWrite(onnx, encodeFilter(parts));
  await atomicWrite(out, filterText(filter));
  await terminal.print(calibrationText(filter));
  return EXIT.clean;
}

async function check(
  model: string,
  images: string,
  options: FilterOptions,
  { terminal, signal }: CommandContext,
): Promise<number> {
  const { json, architecture, limit = ALL, filter: file = defaultFile(model) } = options;
  await checkTargets(json === undefined ? {} : { json });
  const filter = parseFilter(await readText(file, 'the filter'), file);
  const read = architecture === undefined ? {} : { architecture };
  const parts = await openFilter(nodeFiles, model, filter, sha256, read);
  const samples = await readSamples(nodeFiles, images, filter.input, { signal, limit });
  for (const { name, reason } of samples.skipped) terminal.tell(`${name} cannot be checked: ${reason}`);
  const rest = samples.available - samples.count - samples.skipped.length;
  if (rest > 0) terminal.tell(`${rest} more images were not checked.`);
  const imageFilter = await ImageFilter.compile(await openRuntime(runtimeRequest(options)), parts);
  let answer: FilterAnswer;
  try {
    answer = await imageFilter.check(samples, undefined, signal);
  } finally {
    await imageFilter.dispose();
  }
  if (json !== undefined) await writeTo(json, answerJson(answer, samples.names), terminal);
  if (json !== '-') await terminal.print(answerText(answer, samples.names));
  return answer.labels.includes(REJECTED) ? EXIT.infected : EXIT.clean;
}

function defaultFile(model: string): string {
  return `${model.replace(/[/\\]+$/, '')}.filter.json`;
}

function answerJson({ labels, scores }: FilterAnswer, names: readonly string[]): string {
  const images = names.map((name, i) => ({
    name,
    label: labels[i] === REJECTED ? null : labels[i],
    scores: scores.map((column) => column[i]),
  }));
  return `${JSON.stringify({ version: 1, images }, undefined, 2)}\n`;
}
