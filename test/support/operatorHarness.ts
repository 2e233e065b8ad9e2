/** @file Checks an operator three ways: runtime parity forwards, runtime parity of gradients, finite differences. */
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/register_all_gradients';
import '@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops';
import '@tensorflow/tfjs-backend-cpu';
import { expect } from 'vitest';
import { newGraph } from '../../src/engine/ops/newGraph';
import { gradientName } from '../../src/engine/graph/differentiate';
import type { Attributes, TypedGraph } from '../../src/engine/graph/graph';
import { float32, floats, sizeOf, type Tensor } from '../../src/engine/graph/tensor';
import { createOnnxRuntime } from '../../src/engine/runtime/onnxruntime';
import type { GradientRequest, Runtime } from '../../src/engine/runtime/runtime';
import { createTensorFlowRuntime } from '../../src/engine/runtime/tensorflow';

/** One input of the operator under test. */
export type CaseInput =
  /** A random float input of this shape (uniform −2…2 unless a range is given), differentiated. */
  | { dims: readonly number[]; range?: readonly [number, number] }
  /** The same, but a constant of the graph (frozen weights, not differentiated). */
  | { dims: readonly number[]; range?: readonly [number, number]; frozen: true }
  /** A given tensor, fed at run time and not differentiated. */
  | { feed: Tensor }
  /** A constant of the graph (axes, shapes, pads). */
  | { constant: Tensor }
  /** An absent optional input. */
  | undefined;

export interface OperatorCase {
  readonly op: string;
  /** What is special about the case; shown in the test name. */
  readonly title: string;
  readonly inputs: readonly CaseInput[];
  readonly attributes?: Attributes;
  readonly outputs?: number;
  /** Which output is checked, default 0. */
  readonly output?: number;
  /** `false` for operators without gradient. */
  readonly gradient?: boolean;
  /** Forward parity tolerance, absolute; default 1e-4. */
  readonly tolerance?: number;
  /** Set where tfjs has no such kernel or gradient, with the reason. */
  readonly withoutTensorFlow?: string;
}

const onnx = createOnnxRuntime({ library: 'onnxruntime-node', provider: 'cpu', threads: 1 });

async function tensorFlow(): Promise<Runtime> {
  await tf.setBackend('cpu');
  return createTensorFlowRuntime(tf, 'tfjs cpu');
}

/** Runs all checks of one case. */
export async function checkOperator(testCase: OperatorCase): Promise<void> {
  const random = generator(testCase.title.length * 7919 + testCase.op.length);
  const { graph, feeds, wrt } = buildCase(testCase, random);
  const gradients: GradientRequest | undefined =
    testCase.gradient === false || wrt.length === 0 ? undefined : { loss: 'loss', wrt };
  const actual = await run(await onnx, graph, feeds, gradients);
  const tolerance = testCase.tolerance ?? 1e-4;

  if (testCase.withoutTensorFlow === undefined) {
    const oracle = await run(await tensorFlow(), graph, feeds, gradients);
    expectClose(actual.get('y')!, oracle.get('y')!, tolerance, `${testCase.op} forward, onnxruntime against tfjs`);
    for (const name of gradients?.wrt ?? []) {
      const key = gradientName(name);
      expectClose(
        actual.get(key)!,
        oracle.get(key)!,
        tolerance * 10,
        `${testCase.op} ${key}, ours against tfjs autodiff`,
      );
    }
  }
  if (gradients !== undefined) await checkFiniteDifferences(testCase, graph, feeds, actual, gradients.wrt);
}

/** The case as a graph: y = op(inputs), loss = Σ y·weights with fixed random weights. */
export function buildCase(
  testCase: OperatorCase,
  random: () => number,
): { graph: TypedGraph; feeds: Map<string, Tensor>; wrt: string[] } {
  const b = newGraph();
  const feeds = new Map<string, Tensor>();
  const wrt: string[] = [];
  const inputs = testCase.inputs.map((input, i) => {
    if (input === undefined) return undefined;
    if ('constant' in input) return b.constant(input.constant);
    const name = `x${i}`;
    if ('feed' in input) {
      feeds.set(name, input.feed);
      return b.input(name, input.feed.dims, input.feed.dtype);
    }
    const [low, high] = input.range ?? [-2, 2];
    const tensor = float32(
      input.dims,
      Array.from({ length: sizeOf(input.dims) }, () => low + (high - low) * random()),
    );
    if ('frozen' in input) return b.constant(tensor);
    feeds.set(name, tensor);
    wrt.push(name);
    return b.input(name, input.dims);
  });
  const outputs = b.ops(testCase.op, inputs, testCase.attributes, { name: 'tested', outputs: testCase.outputs ?? 1 });
  const y = outputs[testCase.output ?? 0]!;
  const named: Record<string, typeof y> = { y };
  if (testCase.gradient !== false && wrt.length > 0) {
    const weights = b.constant(
      float32(
        y.dims,
        Array.from({ length: sizeOf(y.dims) }, () => 2 * random() - 1),
      ),
    );
    named.loss = b.op('ReduceSum', [b.op('Mul', [y, weights])], { keepdims: 0 });
  }
  return { graph: b.build(named), feeds, wrt };
}

/** Central differences along up to 12 random coordinates per input, in float32 with a matching tolerance. */
async function checkFiniteDifferences(
  testCase: OperatorCase,
  graph: TypedGraph,
  feeds: ReadonlyMap<string, Tensor>,
  actual: ReadonlyMap<string, Tensor>,
  wrt: readonly string[],
): Promise<void> {
  const session = await (await onnx).compile(graph);
  const weights = [...graph.initializers.values()].at(-1)!;
  const lossAt = async (name: string, index: number, delta: number): Promise<number> => {
    const tensor = feeds.get(name)!;
    const data = Float32Array.from(floats(tensor));
    data[index] = data[index]! + delta;
    const outputs = await session.run(new Map([...feeds, [name, { ...tensor, data }]]));
    // Summed here in double precision: float32 sums would drown the difference.
    const y = floats(outputs.get('y')!);
    return y.reduce((sum, value, i) => sum + value * floats(weights)[i]!, 0);
  };
  const random = generator(4711);
  const step = 5e-3;
  for (const name of wrt) {
    const gradient = floats(actual.get(gradientName(name))!);
    expect(gradient.length).toBe(sizeOf(feeds.get(name)!.dims));
    const scale = Math.max(1, ...gradient.map(Math.abs));
    for (let trial = 0; trial < Math.min(12, gradient.length); trial++) {
      const index = gradient.length <= 12 ? trial : Math.floor(random() * gradient.length);
      const [plus, minus] = [await lossAt(name, index, step), await lossAt(name, index, -step)];
      const numeric = (plus - minus) / (2 * step);
      // A kink inside the step makes one-sided slopes differ; such a point says nothing about the gradient.
      const centre = await lossAt(name, index, 0);
      if (Math.abs((plus - centre) / step - (centre - minus) / step) > 0.1 * scale) continue;
      const message = `${testCase.op} (${testCase.title}) d/d${name}[${index}]: finite difference ${numeric}, gradient ${gradient[index]}`;
      expect(Math.abs(numeric - gradient[index]!), message).toBeLessThan(1e-2 * scale);
    }
  }
  await session.dispose();
}

async function run(
  runtime: Runtime,
  graph: TypedGraph,
  feeds: ReadonlyMap<string, Tensor>,
  gradients?: GradientRequest,
): Promise<ReadonlyMap<string, Tensor>> {
  const session = await runtime.compile(graph, gradients);
  try {
    return await session.run(feeds);
  } finally {
    await session.dispose();
  }
}

/** Same shape, and every element within `tolerance` (absolute, relative above 1). */
export function expectClose(actual: Tensor, expected: Tensor, tolerance: number, what: string): void {
  expect([...actual.dims], `${what}: shape`).toEqual([...expected.dims]);
  const a = Array.from(actual.data as ArrayLike<number | bigint>, Number);
  const e = Array.from(expected.data as ArrayLike<number | bigint>, Number);
  let worst = 0;
  a.forEach((value, i) => {
    const difference = Math.abs(value - e[i]!) / Math.max(1, Math.abs(e[i]!));
    worst = Math.max(
      worst,
      Number.isNaN(difference) && !(Number.isNaN(value) && Number.isNaN(e[i]!)) ? Infinity : difference || 0,
    );
  });
  expect(worst, `${what}: largest difference`).toBeLessThanOrEqual(tolerance);
}

/** Small seeded generator (mulberry32), uniform in [0, 1). */
export function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
