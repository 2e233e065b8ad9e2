/** @file `neural-cleanse doctor`: which compute libraries work here, and why the others do not. */
import * as os from 'node:os';
import { Command, Option } from 'commander';
import { NeuralCleanseError, UsageError } from '../../engine/errors';
import { plainText } from '../../engine/output/plainText';
import { VERSION } from '../../engine/version';
import { openRuntime, type RuntimeRequest } from '../../runner/runtimes';
import type { CommandContext } from '../context';
import { EXIT } from '../exitCode';
import { runSelf, type SelfRun } from '../runSelf';

/** A choice of `--runtime` and `--provider`. */
type Candidate = Required<Pick<RuntimeRequest, 'library' | 'provider'>>;

const MAX_REASON = 300;
const GIB = 1 << 30;

export function doctorCommand(context: CommandContext): Command {
  return new Command('doctor')
    .description('List the compute libraries that work on this machine, and say why the others do not.')
    .addOption(new Option('--probe <runtime,provider>', 'try one and print its description').hideHelp())
    .action(async ({ probe }: { probe?: string }) => {
      context.finish(probe === undefined ? await doctor(context) : await probeOne(probe, context));
    });
}

/** Each library is tried in a process of its own: a driver that crashes must not take the list with it. */
async function doctor({ terminal }: CommandContext): Promise<number> {
  const results = await Promise.all(
    candidates(process.platform).map(async (candidate) => ({
      candidate,
      run: await runSelf(['doctor', '--probe', `${candidate.library},${candidate.provider}`]),
    })),
  );
  const chosen = results.find(({ candidate, run }) => isDefault(candidate) && run.exitCode === 0);
  const lines = results.map(({ candidate, run }) => {
    const name = `--runtime ${candidate.library} --provider ${candidate.provider}`;
    return `  ${run.exitCode === 0 ? 'works' : '-    '}  ${name.padEnd(42)}  ${plainText(resultOf(run), MAX_REASON)}`;
  });
  await terminal.print(
    [
      `Neural Cleanse ${VERSION} on Node ${process.version}, ${process.platform} ${process.arch}`,
      `${os.availableParallelism()} processors, ${gib(os.freemem())} of ${gib(os.totalmem())} GiB memory free`,
      '',
      ...lines,
      '',
      chosen === undefined
        ? 'No default library works, so nothing can be scanned here.'
        : `Without options, scans run on ${plainText(resultOf(chosen.run))}.`,
      '',
    ].join('\n'),
  );
  return chosen === undefined ? EXIT.error : EXIT.clean;
}

/** In the child: the description of the runtime, or why there is none, on stdout. */
async function probeOne(probe: string, { terminal }: CommandContext): Promise<number> {
  const candidate = candidates(process.platform).find(({ library, provider }) => `${library},${provider}` === probe);
  if (candidate === undefined) throw new UsageError('there is no such runtime', { got: probe });
  try {
    const runtime = await openRuntime({ ...candidate, threads: 0 });
    await terminal.print(runtime.description);
    return EXIT.clean;
  } catch (error) {
    if (!(error instanceof NeuralCleanseError)) throw error;
    await terminal.print(error.summary);
    return EXIT.error;
  }
}

function candidates(platform: NodeJS.Platform): Candidate[] {
  const native = ['cpu', 'webgpu', ...(platform === 'win32' ? ['dml'] : platform === 'darwin' ? ['coreml'] : ['cuda'])];
  return [
    ...native.map((provider) => ({ library: 'onnxruntime' as const, provider })),
    { library: 'onnxruntime-web', provider: 'wasm' },
    { library: 'tensorflow', provider: 'cuda' },
    { library: 'tensorflow', provider: 'cpu' },
  ];
}

function isDefault({ library, provider }: Candidate): boolean {
  return (library === 'onnxruntime' && provider === 'cpu') || library === 'onnxruntime-web';
}

function resultOf({ exitCode, signal, stdout }: SelfRun): string {
  // ONNX Runtime's own checks begin with their place in its source.
  const said = stdout
    .replace(/\/onnxruntime_src\/.* was false\. /s, '')
    .replace(/\s+/g, ' ')
    .trim();
  if (said !== '') return said;
  return signal === null ? `ended with exit code ${exitCode ?? 'none'}` : `crashed (${signal})`;
}

function gib(bytes: number): string {
  return (bytes / GIB).toFixed(1);
}
