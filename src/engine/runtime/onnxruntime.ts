/** @file The default runtime: ONNX Runtime, native where it has a binary, WebAssembly elsewhere. */
import type * as ort from 'onnxruntime-common';
import { RuntimeUnavailableError } from '../support/errors';
import { withGradients } from '../ops/newGraph';
import type { TypedGraph } from '../graph/graph';
import { poolFirst } from '../graph/poolFirst';
import { floats, showDims, type DType, type Tensor } from '../graph/tensor';
import { blockConvolutions, blockProbe, isBlockable } from './blockConvolutions';
import { encodeModel } from './encode';
import type { GradientRequest, Runtime, Session } from './runtime';
import { unrollConvolutions } from './unrollConvolutions';

export type OnnxLibrary = 'onnxruntime-node' | 'onnxruntime-web';

export interface OnnxRuntimeOptions {
  readonly library: OnnxLibrary;
  /** Execution provider, such as `cpu`, `cuda`, `webgpu`, `dml`, `coreml`; the web library has `wasm`. */
  readonly provider: string;
  /** Threads inside an operator; 0 leaves the choice to the library. */
  readonly threads: number;
}

/** Loads the library; throws {@link RuntimeUnavailableError} where it cannot be loaded. */
export async function createOnnxRuntime(options: OnnxRuntimeOptions): Promise<Runtime> {
  const library = await load(options.library);
  if (options.library === 'onnxruntime-web' && options.threads > 0) library.env.wasm.numThreads = options.threads;
  const sessionOptions: ort.InferenceSession.SessionOptions = {
    executionProviders: [options.provider],
    graphOptimizationLevel: 'all',
    intraOpNumThreads: options.threads,
    logSeverityLevel: 3,
    // A layout planned ahead spares no time here, but half as much memory again for a step of a large network (bench/networks.ts).
    enableMemPattern: false,
    // This fusion (seen in 1.30) moves zero padding into a MaxPool, which pads with −∞: negative values win at the border.
    extra: { optimization: { disable_specified_optimizers: 'Pad_Fusion' } },
  };
  // The blocked layout belongs to the native CPU kernels.
  const block = options.library === 'onnxruntime-node' && options.provider === 'cpu' ? await probeBlock(library) : 1;
  return {
    description: `${options.library} ${library.env.versions.common} (${options.provider})`,
    async compile(graph: TypedGraph, gradients?: GradientRequest): Promise<Session> {
      const whole = gradients === undefined ? graph : withGradients(poolFirst(graph), gradients.loss, gradients.wrt);
      const unrolled = unrollConvolutions(whole, (node) => isBlockable(whole, node, block));
      const lowered = blockConvolutions(unrolled, block);
      const session = await library.InferenceSession.create(encodeModel(lowered, whole.types), sessionOptions).catch(
        (cause: unknown) => {
          throw new RuntimeUnavailableError(
            `${options.library} could not prepare the model: ${reason(cause)}`,
            {},
            { cause },
          );
        },
      );
      return new OnnxSession(library, session, whole);
    },
  };
}

/** Channels per block of the CPU kernels for convolutions; 1 where they have none. */
async function probeBlock(library: typeof ort): Promise<number> {
  const { graph, input, blockOf } = blockProbe();
  try {
    const session = await library.InferenceSession.create(encodeModel(graph), { logSeverityLevel: 4 });
    const { y } = await session.run({ x: new library.Tensor('float32', floats(input), input.dims) });
    await session.release();
    return Math.max(1, blockOf(y?.data as Float32Array));
  } catch {
    return 1;
  }
}

class OnnxSession implements Session {
  constructor(
    private readonly library: typeof ort,
    private readonly session: ort.InferenceSession,
    private readonly graph: TypedGraph,
  ) {}

  async run(feeds: ReadonlyMap<string, Tensor>): Promise<ReadonlyMap<string, Tensor>> {
    const inputs = Object.fromEntries(
      this.graph.inputs.map((input) => {
        const tensor = feeds.get(input.name);
        if (tensor?.dims.join() !== input.dims.join()) {
          throw new RangeError(
            `Input ${input.name} needs ${showDims(input.dims)}, got ${showDims(tensor?.dims ?? [])}`,
          );
        }
        return [input.name, new this.library.Tensor(tensor.dtype, tensor.data, tensor.dims)];
      }),
    );
    const outputs = await this.session.run(inputs);
    return new Map(
      Object.entries(outputs).map(([name, value]) => [
        name,
        { dtype: value.type as DType, dims: value.dims, data: value.data as Tensor['data'] },
      ]),
    );
  }

  async dispose(): Promise<void> {
    await this.session.release();
  }
}

async function load(library: OnnxLibrary): Promise<typeof ort> {
  try {
    return library === 'onnxruntime-node' ? await import('onnxruntime-node') : await import('onnxruntime-web');
  } catch (cause) {
    throw new RuntimeUnavailableError(
      `${library} cannot be loaded: ${reason(cause)}`,
      { hint: 'Run "neural-cleanse doctor" to see which runtimes work here.' },
      { cause },
    );
  }
}

function reason(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
