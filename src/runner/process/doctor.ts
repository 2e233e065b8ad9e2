/** @file Which compute libraries work on this machine, and why the others do not. */
import { NeuralCleanseError, UsageError } from '../../engine/support/errors';
import type { RuntimeState } from '../protocol/protocol';
import { runSelf, type SelfRun } from './runSelf';
import { openRuntime, type RuntimeRequest } from '../runtimes/runtimes';

/** A choice of library and device. */
type Candidate = Required<Pick<RuntimeRequest, 'library' | 'provider'>>;

/**
 * Each library is tried in a process of its own: a driver that crashes must not take the list with it. `probeArgs` followed
 * by "library,provider", and the folder of TensorFlow.js if there is one, make this program call {@link probe} and print
 * what it finds.
 */
export async function listRuntimes(probeArgs: readonly string[], tensorFlow?: string): Promise<RuntimeState[]> {
  const tried = await Promise.all(
    candidates(process.platform).map(async (candidate) => {
      const run = await runSelf([...probeArgs, nameOf(candidate), ...(tensorFlow === undefined ? [] : [tensorFlow])]);
      return { ...candidate, works: run.exitCode === 0, detail: detailOf(run) };
    }),
  );
  const standard = tried.find((state) => isStandard(state) && state.works);
  return tried.map((state) => ({ ...state, standard: state === standard }));
}

/** In the child: tries one, throws {@link UsageError} for a name that is no candidate's. */
export async function probe(name: string, tensorFlow?: string): Promise<Pick<RuntimeState, 'works' | 'detail'>> {
  const candidate = candidates(process.platform).find((known) => nameOf(known) === name);
  if (candidate === undefined) throw new UsageError('there is no such runtime', { got: name });
  try {
    const runtime = await openRuntime({ ...candidate, threads: 0, ...(tensorFlow !== undefined && { tensorFlow }) });
    return { works: true, detail: runtime.description };
  } catch (error) {
    if (!(error instanceof NeuralCleanseError)) throw error;
    return { works: false, detail: error.summary };
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

function nameOf({ library, provider }: Candidate): string {
  return `${library},${provider}`;
}

/** Of those, the first that works is used where nothing else is asked for. */
function isStandard({ library, provider }: Candidate): boolean {
  return (library === 'onnxruntime' && provider === 'cpu') || library === 'onnxruntime-web';
}

function detailOf({ exitCode, signal, stdout }: SelfRun): string {
  // ONNX Runtime's own checks begin with their place in its source.
  const said = stdout
    .replace(/\/onnxruntime_src\/.* was false\. /s, '')
    .replace(/\s+/g, ' ')
    .trim();
  if (said !== '') return said;
  return signal === null ? `ended with exit code ${exitCode ?? 'none'}` : `crashed (${signal})`;
}
