/** @file `neural-cleanse identify`: what the triggers of a scan do inside the model. */
import { Command } from 'commander';
import { identifyModel } from '../../engine/identify/identifyModel';
import { identificationText } from '../../engine/output/text/identificationText';
import { openRuntime } from '../../runner/runtimes/runtimes';
import type { CommandContext } from '../context';
import { EXIT } from '../exitCode';
import { labelList } from '../optionValues';
import { readReport } from '../readReport';
import { checkTargets, writeTo } from '../reportFiles';
import { runtimeOptions, runtimeRequest, type RuntimeOptions } from '../runtimeOptions';
import { MODEL_ARGUMENT, sampleOptions, sampleRequest, type SampleOptions } from '../sampleOptions';

interface IdentifyOptions extends SampleOptions, RuntimeOptions {
  readonly report: string;
  readonly only?: number[];
  readonly json?: string;
}

const EXAMPLES = `
Example:
  $ neural-cleanse scan model.onnx --data images/ --json scan.json
  $ neural-cleanse identify model.onnx --data other-images/ --report scan.json`;

export function identifyCommand(context: CommandContext): Command {
  const command = new Command('identify')
    .description('Show which neurons the triggers of a scan drive, and how far.')
    .argument('<model>', MODEL_ARGUMENT)
    .requiredOption('--report <file>', 'JSON report of the scan');
  sampleOptions(command)
    .optionsGroup('Result:')
    .option('--only <labels>', 'triggers of these labels, such as 0,3,5-9 (default: the flagged ones)', labelList)
    .option('--json <file>', 'write the figures as JSON (- is stdout)')
    .addHelpText('after', EXAMPLES);
  return runtimeOptions(command).action(async (model: string, options: IdentifyOptions) => {
    context.finish(await identify(model, options, context));
  });
}

async function identify(model: string, options: IdentifyOptions, context: CommandContext): Promise<number> {
  const { json, only } = options;
  const { terminal, signal } = context;
  await checkTargets(json === undefined ? {} : { json });
  const report = await readReport(options.report);
  const runtime = await openRuntime(runtimeRequest(options));
  const result = await identifyModel(
    { ...sampleRequest(model, options, runtime), report, ...(only !== undefined && { only }) },
    signal,
  );
  if (json !== undefined) await writeTo(json, `${JSON.stringify(result, undefined, 2)}\n`, terminal);
  if (json !== '-') await terminal.print(identificationText(result));
  return EXIT.clean;
}
