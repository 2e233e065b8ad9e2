/** @file `neural-cleanse repair`: remove a backdoor from a model, into a new file. */
import { Command, Option } from 'commander';
import type { RepairSettings } from '../../engine/repair/repairJob';
import { repairHtml } from '../../engine/output/html/repairHtml';
import { isRepaired } from '../../engine/output/repairSummary';
import { repairText } from '../../engine/output/text/repairText';
import type { PrepareRequest } from '../../engine/scan/prepareScan';
import { repairModel } from '../../engine/repair/repairModel';
import { rescanSummary, type RepairMethod, type RepairReport } from '../../engine/report/repairReport';
import type { ScanReport } from '../../engine/report/scanReport';
import { openRuntime } from '../../runner/runtimes/runtimes';
import { checkRepairTarget, repairedPath, saveRepair, type SaveOptions } from '../../runner/files/saveRepair';
import type { CommandContext } from '../context';
import { EXIT } from '../exitCode';
import { labelList, share, wholeNumber } from '../optionValues';
import { ProgressView } from '../progressView';
import { readReport } from '../readReport';
import { repairLine } from '../repairLine';
import { checkOutput, checkTargets, writeTo } from '../reportFiles';
import { runtimeOptions, runtimeRequest, type RuntimeOptions } from '../runtimeOptions';
import { MODEL_ARGUMENT, sampleOptions, sampleRequest, type SampleOptions } from '../sampleOptions';
import { watchedScan } from '../watchedScan';

interface RepairOptions extends SampleOptions, RuntimeOptions {
  readonly method: RepairMethod;
  readonly report?: string;
  readonly out?: string;
  readonly overwrite?: true;
  readonly overwriteOriginal?: true;
  readonly only?: number[];
  readonly allLabels?: true;
  readonly loop?: true;
  readonly layer?: string;
  readonly maxAccuracyLoss?: number;
  readonly seed?: number;
  readonly rescan?: true;
  readonly json?: string;
  readonly html?: string;
}

const EXAMPLES = `
Examples:
  $ neural-cleanse scan model.h5 --data images/ --json scan.json
  $ neural-cleanse repair model.h5 --data images/ --report scan.json
  $ neural-cleanse repair model.onnx --data images/ --method prune --loop --rescan

Exit codes:
  0 repaired, 1 the trigger still works or a scan still flags a label, 2 error, 3 unreadable or unsupported model,
  4 usage (also: nothing is flagged and the method needs a trigger, or the model is not the one of the report), 130 stopped; nothing is written then`;

export function repairCommand(context: CommandContext): Command {
  const command = new Command('repair')
    .description('Remove a backdoor from a model, into a new file of the same format.')
    .argument('<model>', MODEL_ARGUMENT)
    .addOption(
      new Option('--method <name>', 'how: see docs/repair.md')
        .choices(['auto', 'unlearn', 'prune', 'i-bau', 'anp', 'fine-prune'] satisfies RepairMethod[])
        .default('auto' satisfies RepairMethod),
    );
  sampleOptions(command)
    .optionsGroup('Repairing:')
    .option('--report <file>', 'JSON report of a scan of this model (default: scan it first)')
    .addOption(
      new Option('--only <labels>', 'repair these labels, such as 0,3,5-9').argParser(labelList).conflicts('allLabels'),
    )
    .option('--all-labels', 'repair all labels at once, flagged or not')
    .option('--loop', 'scan and repair again until no label is flagged')
    .option('--layer <name>', 'layer to prune (default: the last convolution, or all)')
    .option('--max-accuracy-loss <share>', 'largest loss of accuracy that is accepted (default: 0.015)', share)
    .option('--seed <n>', 'random seed (default: 1)', wholeNumber(0, 1_000_000))
    .optionsGroup('Saving:')
    .option('--out <file>', 'the new file (default: MODEL.repaired.EXT beside the model)')
    .option('--overwrite', 'replace a file that is there already, but never the original')
    .option('--overwrite-original', 'with --overwrite: replace even the original')
    .option('--rescan', 'scan the new file')
    .optionsGroup('Reports (- is stdout):')
    .option('--json <file>', 'write the repair report as JSON')
    .option('--html <file>', 'write the repair report as one HTML file')
    .addHelpText('after', EXAMPLES);
  return runtimeOptions(command).action(async (model: string, options: RepairOptions) => {
    context.finish(await repair(model, options, context));
  });
}

async function repair(model: string, options: RepairOptions, context: CommandContext): Promise<number> {
  const { terminal, signal, now } = context;
  const { json, html, rescan } = options;
  const targets = { ...(json !== undefined && { json }), ...(html !== undefined && { html }) };
  const out = options.out ?? repairedPath(model);
  const save = replaceOption(options);
  await checkTargets(targets);
  await checkRepairTarget(out, [model], save.replace);
  await checkOutput(out, 'the repaired model');
  const given = options.report === undefined ? undefined : await readReport(options.report);
  const view = new ProgressView(terminal, now);
  try {
    const request = sampleRequest(model, options, await openRuntime(runtimeRequest(options)));
    const scanned = given ?? (await watchedScan({ ...request, settings: {} }, context, view));
    const draft = await repairModel(
      { ...request, report: scanned, labelChoice: labelChoice(options), settings: settingsOf(options), now },
      {
        signal,
        onProgress: (progress) => {
          view.update({ lines: () => [repairLine(progress)], log: () => repairLine(progress) });
        },
      },
    );
    const saved = await saveRepair(draft, out, save);
    const report =
      rescan === true
        ? await withRescan(saved, { ...request, ...draft.readOptions, model: out }, scanned, context, view)
        : saved;
    view.clear();
    await tell(report, targets, context);
    return isRepaired(report) ? EXIT.clean : EXIT.infected;
  } finally {
    view.clear();
  }
}

async function tell(
  report: RepairReport,
  { json, html }: { json?: string; html?: string },
  { terminal }: CommandContext,
): Promise<void> {
  if (json !== undefined) await writeTo(json, `${JSON.stringify(report, undefined, 2)}\n`, terminal);
  if (html !== undefined) await writeTo(html, repairHtml(report), terminal);
  if (json !== '-' && html !== '-') await terminal.print(repairText(report));
}

/** The samples are those of the repair, whatever a sidecar beside the new file says. */
async function withRescan(
  report: RepairReport,
  request: PrepareRequest,
  { settings }: ScanReport,
  context: CommandContext,
  view: ProgressView,
): Promise<RepairReport> {
  return { ...report, rescan: rescanSummary(await watchedScan({ ...request, settings }, context, view)) };
}

function labelChoice({ only, allLabels }: RepairOptions): 'flagged' | 'all' | readonly number[] {
  return only ?? (allLabels === true ? 'all' : 'flagged');
}

function settingsOf(options: RepairOptions): Partial<RepairSettings> & Pick<RepairSettings, 'method'> {
  const { method, loop, layer, maxAccuracyLoss, seed } = options;
  return {
    method,
    ...(loop !== undefined && { loop }),
    ...(layer !== undefined && { layer }),
    ...(maxAccuracyLoss !== undefined && { maxAccuracyLoss }),
    ...(seed !== undefined && { seed }),
  };
}

function replaceOption({ overwrite, overwriteOriginal }: RepairOptions): Pick<SaveOptions, 'replace'> {
  if (overwrite !== true) return {};
  return { replace: overwriteOriginal === true ? 'original' : 'others' };
}
