/** @file Chooses and opens the compute library; what is opened here has been seen to work. */
import { loadFrom, type LoadPackage } from './loadPackage';
import { RuntimeUnavailableError, UsageError } from '../../engine/support/errors';
import { createOnnxRuntime, type OnnxLibrary } from '../../engine/runtime/onnxruntime';
import type { Runtime } from '../../engine/runtime/runtime';
import { probeRuntime } from './probe';
import { openTensorFlow } from './tensorFlowNode';

/** As the user names them. */
export const RUNTIMES = ['onnxruntime', 'onnxruntime-web', 'tensorflow'] as const;
export type RuntimeName = (typeof RUNTIMES)[number];

export interface RuntimeRequest {
  /** Absent: ONNX Runtime, native where it has a binary for this system, WebAssembly elsewhere. */
  readonly library?: RuntimeName;
  /** Execution provider, such as `cpu`, `cuda`, `webgpu`; absent: the processor (for TensorFlow: the GPU if there is one). */
  readonly provider?: string;
  /** Threads inside an operator; 0 leaves the choice to the library. */
  readonly threads: number;
  /** Folder with its own `node_modules` in which TensorFlow.js is installed; absent: it is looked up as any package. */
  readonly tensorFlow?: string;
}

/** Throws {@link RuntimeUnavailableError} saying for each library tried why it does not work here. */
export async function openRuntime(
  { library, provider, threads, tensorFlow }: RuntimeRequest,
  load: LoadPackage = loadFrom(tensorFlow),
): Promise<Runtime> {
  if (library === undefined) return openDefault(provider, threads);
  switch (library) {
    case 'tensorflow':
      return openTensorFlow({ provider, threads }, load);
    case 'onnxruntime':
      return openOnnx('onnxruntime-node', provider ?? 'cpu', threads);
    case 'onnxruntime-web':
      return openOnnx('onnxruntime-web', webProvider(provider), threads);
  }
}

/** Only a request without a special provider falls back: whoever asks for CUDA wants to know that it is missing. */
async function openDefault(provider: string | undefined, threads: number): Promise<Runtime> {
  try {
    return await openOnnx('onnxruntime-node', provider ?? 'cpu', threads);
  } catch (first) {
    if (provider !== undefined && provider !== 'cpu') throw first;
    try {
      return await openOnnx('onnxruntime-web', 'wasm', threads);
    } catch (second) {
      throw new RuntimeUnavailableError(
        'no runtime works here',
        {
          expected: 'onnxruntime-node or onnxruntime-web',
          got: [first, second].map((error) => (error instanceof Error ? error.message : String(error))).join(' '),
          hint: 'Run "neural-cleanse doctor" for details.',
        },
        { cause: second },
      );
    }
  }
}

async function openOnnx(library: OnnxLibrary, provider: string, threads: number): Promise<Runtime> {
  const runtime = await createOnnxRuntime({ library, provider, threads });
  await probeRuntime(runtime);
  return runtime;
}

function webProvider(provider: string | undefined): string {
  if (provider === undefined || provider === 'cpu' || provider === 'wasm') return 'wasm';
  throw new UsageError('onnxruntime-web has no such provider outside a browser', { expected: 'wasm', got: provider });
}
