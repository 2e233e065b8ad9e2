/** @file TensorFlow.js on the native TensorFlow library: an optional package that may or may not be installed. */
import { RuntimeUnavailableError, UsageError } from '../../engine/support/errors';
import type { TensorFlow } from '../../engine/graph/operator';
import type { Runtime } from '../../engine/runtime/runtime';
import { createTensorFlowRuntime } from '../../engine/runtime/tensorflow';
import { probeRuntime } from './probe';
import type { LoadPackage } from './loadPackage';

const GPU_PACKAGE = '@tensorflow/tfjs-node-gpu';
const CPU_PACKAGE = '@tensorflow/tfjs-node';

/** Provider `cuda`: the GPU package on a GPU; `cpu`: the CPU package; none: whichever works, the GPU package first. */
export async function openTensorFlow(
  { provider, threads }: { readonly provider: string | undefined; readonly threads: number },
  load: LoadPackage,
): Promise<Runtime> {
  // TensorFlow reads this when its library is loaded; it has no other way to set it from JavaScript.
  if (threads > 0) process.env['TF_NUM_INTRAOP_THREADS'] = String(threads);
  const reasons: string[] = [];
  for (const name of packagesFor(provider)) {
    try {
      const runtime = await openPackage(name, provider === 'cuda', load);
      await probeRuntime(runtime);
      return runtime;
    } catch (error) {
      reasons.push(`${name}: ${reasonOf(name, error)}`);
    }
  }
  throw new RuntimeUnavailableError(`TensorFlow.js does not work here: ${reasons.join('; ')}`, {
    hint: 'The other runtimes need nothing to be installed; "neural-cleanse doctor" lists them.',
  });
}

function packagesFor(provider: string | undefined): string[] {
  switch (provider) {
    case undefined:
      return [GPU_PACKAGE, CPU_PACKAGE];
    case 'cuda':
      return [GPU_PACKAGE];
    case 'cpu':
      return [CPU_PACKAGE];
    default:
      throw new UsageError('TensorFlow.js has no such provider', { expected: 'cpu or cuda', got: provider });
  }
}

async function openPackage(name: string, needsGpu: boolean, load: LoadPackage): Promise<Runtime> {
  const loaded = await load(name);
  // A CommonJS package arrives as the default export.
  const tf = [loaded, defaultExport(loaded)].find(isTensorFlow);
  if (tf === undefined) throw new TypeError('the package is not TensorFlow.js');
  await tf.ready();
  const backend: unknown = tf.backend();
  const onGpu =
    typeof backend === 'object' &&
    backend !== null &&
    'isUsingGpuDevice' in backend &&
    backend.isUsingGpuDevice === true;
  if (needsGpu && !onGpu) throw new Error('TensorFlow found no GPU');
  const version = 'version_core' in tf ? ` ${tf.version_core}` : '';
  return createTensorFlowRuntime(tf, `${name}${version} (${onGpu ? 'GPU' : 'CPU'})`);
}

function defaultExport(loaded: unknown): unknown {
  return typeof loaded === 'object' && loaded !== null && 'default' in loaded ? loaded.default : undefined;
}

function isTensorFlow(candidate: unknown): candidate is TensorFlow {
  if (typeof candidate !== 'object' || candidate === null) return false;
  const members = candidate as Partial<Record<string, unknown>>;
  return ['tidy', 'grads', 'tensor', 'ready', 'backend'].every((name) => typeof members[name] === 'function');
}

function reasonOf(name: string, error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  if (text.includes('tfjs_binding.node')) {
    return `its native library has not been fetched (npm rebuild --ignore-scripts=false ${name})`;
  }
  if (text.startsWith(`Cannot find package '${name}'`)) return 'not installed';
  return (text.split('\n', 1)[0] ?? text).trim();
}
