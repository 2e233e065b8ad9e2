/** @file `neural-cleanse doctor`: which compute libraries work here, and why the others do not. */
import * as os from 'node:os';
import { Command, Option } from 'commander';
import { plainText } from '../../engine/support/plainText';
import { VERSION } from '../../engine/report/version';
import { listRuntimes, probe } from '../../runner/process/doctor';
import type { CommandContext } from '../context';
import { EXIT } from '../exitCode';

const MAX_REASON = 300;
const GIB = 1 << 30;

export function doctorCommand(context: CommandContext): Command {
  return new Command('doctor')
    .description('List the compute libraries that work on this machine, and say why the others do not.')
    .addOption(new Option('--probe <runtime,provider>', 'try one and print its description').hideHelp())
    .action(async (options: { probe?: string }) => {
      context.finish(options.probe === undefined ? await doctor(context) : await probeOne(options.probe, context));
    });
}

async function doctor({ terminal }: CommandContext): Promise<number> {
  const states = await listRuntimes(['doctor', '--probe']);
  const standard = states.find((state) => state.standard);
  const lines = states.map(({ library, provider, works, detail }) => {
    const name = `--runtime ${library} --provider ${provider}`;
    return `  ${works ? 'works' : '-    '}  ${name.padEnd(42)}  ${plainText(detail, MAX_REASON)}`;
  });
  await terminal.print(
    [
      `Neural Cleanse ${VERSION} on Node ${process.version}, ${process.platform} ${process.arch}`,
      `${os.availableParallelism()} processors, ${gib(os.freemem())} of ${gib(os.totalmem())} GiB memory free`,
      '',
      ...lines,
      '',
      standard === undefined
        ? 'No default library works, so nothing can be scanned here.'
        : `Without options, scans run on ${plainText(standard.detail)}.`,
      '',
    ].join('\n'),
  );
  return standard === undefined ? EXIT.error : EXIT.clean;
}

/** In the child that {@link listRuntimes} starts. */
async function probeOne(name: string, { terminal }: CommandContext): Promise<number> {
  const { works, detail } = await probe(name);
  await terminal.print(detail);
  return works ? EXIT.clean : EXIT.error;
}

function gib(bytes: number): string {
  return (bytes / GIB).toFixed(1);
}
