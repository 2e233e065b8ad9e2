/** @file Runs a model as we read it, and the original file in ONNX Runtime, to compare the two. */
import * as ort from 'onnxruntime-node';
import type { ModelFile } from '../../src/engine/formats/format';
import { specialize } from '../../src/engine/ops/newGraph';
import type { Graph } from '../../src/engine/graph/graph';
import { float32, floats, type Tensor } from '../../src/engine/graph/tensor';
import { createOnnxRuntime } from '../../src/engine/runtime/onnxruntime';

const runtime = createOnnxRuntime({ library: 'onnxruntime-node', provider: 'cpu', threads: 1 });

/** The first output of a graph with one input. */
export async function runGraph(graph: Graph, x: Tensor): Promise<Tensor> {
  const [input] = graph.inputs;
  const [output = ''] = graph.outputs;
  if (input === undefined) throw new Error('The graph has no input');
  const session = await (await runtime).compile(specialize(graph, new Map([[input.name, x.dims]])));
  try {
    const result = (await session.run(new Map([[input.name, x]]))).get(output);
    if (result === undefined) throw new Error('The graph has no output');
    return result;
  } finally {
    await session.dispose();
  }
}

/** The first output of a file in ONNX Runtime itself. */
export async function runFile(file: Uint8Array, x: Tensor): Promise<Tensor> {
  const session = await ort.InferenceSession.create(file, { logSeverityLevel: 3 });
  try {
    const [input = ''] = session.inputNames;
    const result = await session.run({ [input]: new ort.Tensor(x.dtype, x.data, x.dims) });
    const value = result[session.outputNames[0] ?? ''];
    if (value === undefined) throw new Error('The file has no output');
    return float32(value.dims, value.data as Float32Array);
  } finally {
    await session.release();
  }
}

/** Largest absolute difference between the results of a model and the expected ones; infinite if shapes differ. */
export async function deviation(model: ModelFile, x: Tensor, expected: Tensor): Promise<number> {
  const actual = await runGraph(model.graph, x);
  return largestDifference(actual, expected);
}

export function largestDifference(a: Tensor, b: Tensor): number {
  if (a.dims.join() !== b.dims.join()) return Infinity;
  const [left, right] = [floats(a), floats(b)];
  return left.reduce((largest, value, i) => {
    const difference = Math.abs(value - (right[i] ?? NaN));
    return difference <= largest ? largest : difference;
  }, 0);
}

/** Reproducible values between -2 and 2. */
export function noise(dims: readonly number[], seed = 1): Tensor {
  let state = seed >>> 0 || 1;
  const size = dims.reduce((product, dim) => product * dim, 1);
  const values = Float32Array.from({ length: size }, () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return ((state >>> 0) / 2 ** 32) * 4 - 2;
  });
  return float32(dims, values);
}
