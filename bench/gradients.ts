/**
 * @file Compares formulations of gradients on ONNX Runtime: `npx tsx bench/gradients.ts`. Prints the tables of
 * docs/gradients.md. Processor time of one thread, median, all candidates of a table in turn; a busy machine changes it little.
 */
import * as os from 'node:os';
import type { Value } from '../src/engine/graph/nodeBuilder';
import { newGraph } from '../src/engine/ops/newGraph';
import type { TypedGraph } from '../src/engine/graph/graph';
import { float32, sizeOf } from '../src/engine/graph/tensor';
import { Random } from '../src/engine/support/random';
import { createOnnxRuntime } from '../src/engine/runtime/onnxruntime';
import type { GradientRequest } from '../src/engine/runtime/runtime';
import { RawGraph } from './lib/rawGraph';
import { median } from './lib/timing';

const BATCH = 32;
const ROUNDS = 60;

const runtime = await createOnnxRuntime({ library: 'onnxruntime-node', provider: 'cpu', threads: 1 });

interface Candidate {
  readonly name: string;
  readonly graph: TypedGraph;
  readonly gradients?: GradientRequest;
}

async function compare(title: string, candidates: readonly Candidate[]): Promise<void> {
  const random = new Random(2);
  const runs = await Promise.all(
    candidates.map(async ({ graph, gradients }) => {
      const session = await runtime.compile(graph, gradients);
      const feeds = new Map(
        graph.inputs.map(({ name, dims }) => {
          const values = Array.from({ length: sizeOf(dims) }, () => random.uniform() - 0.3);
          return [name, float32(dims, values)] as const;
        }),
      );
      return { session, feeds, times: [] as number[] };
    }),
  );
  for (let round = -5; round < ROUNDS; round++) {
    for (const { session, feeds, times } of runs) {
      const started = process.cpuUsage();
      await session.run(feeds);
      const { user, system } = process.cpuUsage(started);
      if (round >= 0) times.push((user + system) / 1000);
    }
  }
  console.log(`\n| ${title} | ms | ratio |\n| --- | --- | --- |`);
  const first = median(runs[0]!.times);
  runs.forEach(({ times }, i) => {
    console.log(`| ${candidates[i]!.name} | ${median(times).toFixed(2)} | ${(median(times) / first).toFixed(2)} |`);
  });
  await Promise.all(runs.map(({ session }) => session.dispose()));
}

const TILES = { kernel_shape: [2, 2], strides: [2, 2] };
const NEAREST = { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' };
const STEP = { alpha: 2 ** 127, beta: 0 };

type Mask = (g: RawGraph, slope: string, y: string) => string;
type Unpool = (g: RawGraph, slope: string, x: string, y: string) => string;

const masks: Record<string, Mask> = {
  'Mul(Sign)': (g, slope, y) => g.op('Mul', [slope, g.op('Sign', [y])]),
  'Where(Greater)': (g, slope, y) => g.op('Where', [g.op('Greater', [y, g.floats([], [0])]), slope, g.floats([], [0])]),
  'Mul(Cast(Greater))': (g, slope, y) =>
    g.op('Mul', [slope, g.op('Cast', [g.op('Greater', [y, g.floats([], [0])])], { to: 1 })]),
  'Mul(HardSigmoid)': (g, slope, y) => g.op('Mul', [slope, g.op('HardSigmoid', [y], STEP)]),
};

function repeat(g: RawGraph, x: string): string {
  return g.op('Resize', [x, '', g.floats([4], [1, 1, 2, 2])], NEAREST);
}

function depthwise(g: RawGraph, x: string, factor: number): string {
  const weights = g.floats([32, 1, 1, 1], new Array<number>(32).fill(factor));
  return g.op('Conv', [x, weights], { group: 32, kernel_shape: [1, 1] });
}

const unpools: Record<string, Unpool> = {
  'Equal, no sharing among ties': (g, slope, x, y) =>
    g.op('Mul', [g.op('Cast', [g.op('Equal', [x, repeat(g, y)])], { to: 1 }), repeat(g, slope)]),
  'Equal, ties share': (g, slope, x, y) => {
    const largest = g.op('Cast', [g.op('Equal', [x, repeat(g, y)])], { to: 1 });
    const share = g.op('AveragePool', [largest], TILES);
    return g.op('Mul', [largest, repeat(g, g.op('Mul', [g.op('Div', [slope, share]), g.floats([], [0.25])]))]);
  },
  'HardSigmoid, ties share (ours)': (g, slope, x, y) => {
    const distance = g.op('Add', [depthwise(g, x, -1), repeat(g, y)]);
    const largest = g.op('HardSigmoid', [distance], { alpha: -(2 ** 127), beta: 1 });
    const share = g.op('AveragePool', [largest], TILES);
    return g.op('Mul', [largest, repeat(g, depthwise(g, g.op('Div', [slope, share]), 0.25))]);
  },
};

/** conv, ReLU, conv, ReLU, 2×2 max pool, and back to the input: 32 channels of 32×32 all along. */
function block(mask: Mask, unpool: Unpool | 'indices', poolFirst: boolean): TypedGraph {
  const g = new RawGraph();
  const images = g.input('x', [BATCH, 32, 32, 32]);
  const slope = g.input('slope', [BATCH, 32, 16, 16]);
  const conv = (x: string): string => g.op('Conv', [x, g.weights([32, 32, 3, 3])], { pads: [1, 1, 1, 1] });
  const pool = (x: string): string[] => g.ops('MaxPool', [x], TILES, unpool === 'indices' ? 2 : 1);
  const first = g.op('Relu', [conv(images)]);
  const second = conv(first);
  const active = poolFirst ? second : g.op('Relu', [second]);
  const [pooled = '', indices = ''] = pool(active);
  const y = poolFirst ? g.op('Relu', [pooled]) : pooled;
  let back = poolFirst ? mask(g, slope, y) : slope;
  back = unpool === 'indices' ? g.op('MaxUnpool', [back, indices], TILES) : unpool(g, back, active, pooled);
  if (!poolFirst) back = mask(g, back, active);
  const dx = conv(mask(g, conv(back), first));
  return g.build({ [y]: [BATCH, 32, 16, 16], [dx]: [BATCH, 32, 32, 32] });
}

async function compareBlocks(): Promise<void> {
  const ours = unpools['HardSigmoid, ties share (ours)']!;
  const hardSigmoid = masks['Mul(HardSigmoid)']!;
  const forward = (() => {
    const g = new RawGraph();
    const conv = (x: string): string => g.op('Conv', [x, g.weights([32, 32, 3, 3])], { pads: [1, 1, 1, 1] });
    const active = g.op('Relu', [conv(g.op('Relu', [conv(g.input('x', [BATCH, 32, 32, 32]))]))]);
    const y = g.op('MaxPool', [active], TILES);
    return g.build({ [y]: [BATCH, 32, 16, 16] });
  })();
  await compare('ReLU mask (conv, ReLU, conv, ReLU, pool, forth and back)', [
    { name: 'forward alone', graph: forward },
    ...Object.entries(masks).map(([name, mask]) => ({ name, graph: block(mask, ours, false) })),
    { name: 'Mul(HardSigmoid), pool before ReLU (ours)', graph: block(hardSigmoid, ours, true) },
  ]);
  await compare('gradient of a 2×2 max pool (same network, pool before ReLU)', [
    { name: 'forward alone', graph: forward },
    { name: 'Indices and MaxUnpool', graph: block(hardSigmoid, 'indices', true) },
    ...Object.entries(unpools).map(([name, unpool]) => ({ name, graph: block(hardSigmoid, unpool, true) })),
  ]);
}

interface Layer {
  readonly inputs: number;
  readonly outputs: number;
  readonly size: number;
  readonly kernel: number;
  readonly stride?: number;
  readonly group?: number;
  readonly batch?: number;
}

const describe = ({ inputs, outputs, size, kernel, stride = 1, group = 1 }: Layer): string =>
  `${inputs} → ${outputs}, ${kernel}×${kernel}${stride > 1 ? `, stride ${stride}` : ''}${group > 1 ? `, ${group} groups` : ''}, on ${size}×${size}`;

function convolution(layer: Layer, known: boolean): { graph: TypedGraph; weights: string } {
  const { inputs, outputs, size, kernel, stride = 1, group = 1, batch = BATCH } = layer;
  const b = newGraph();
  const x = b.input('x', [batch, inputs, size, size]);
  const dims = [outputs, inputs / group, kernel, kernel];
  const random = new Random(3);
  const tensor = float32(
    dims,
    Array.from({ length: sizeOf(dims) }, () => random.uniform() - 0.5),
  );
  const weights: Value = known ? b.constant(tensor) : b.input('w', dims);
  const pad = (kernel - 1) >> 1;
  const y = b.op('Conv', [x, weights], { strides: [stride, stride], pads: [pad, pad, pad, pad], group });
  const slope = b.input('slope', y.dims);
  const loss = b.op('ReduceSum', [b.op('Mul', [y, slope])], { keepdims: 0 });
  return { graph: b.build({ y, loss }), weights: weights.name };
}

/** The gradient alone, as one node: a stride-1 convolution of `slope`, or a transposed convolution. */
function inputGradient(layer: Layer, op: 'Conv' | 'ConvTranspose'): TypedGraph {
  const { inputs, outputs, size, kernel, stride = 1, group = 1, batch = BATCH } = layer;
  const pad = (kernel - 1) >> 1;
  const out = Math.floor((size + 2 * pad - kernel) / stride) + 1;
  const g = new RawGraph();
  let slope = g.input('slope', [batch, outputs, out, out]);
  if (op === 'ConvTranspose') {
    const extra = size - ((out - 1) * stride + kernel - 2 * pad);
    const attributes = { strides: [stride, stride], pads: [pad, pad, pad, pad], output_padding: [extra, extra], group };
    const dx = g.op('ConvTranspose', [slope, g.weights([outputs, inputs / group, kernel, kernel])], attributes);
    return g.build({ [dx]: [batch, inputs, size, size] });
  }
  if (stride > 1) {
    const comb = Array.from({ length: (out * stride) ** 2 }, (_, i) =>
      Number(i % stride === 0 && Math.floor(i / (out * stride)) % stride === 0),
    );
    const spread = g.op('Resize', [slope, '', g.floats([4], [1, 1, stride, stride])], NEAREST);
    slope = g.op('Mul', [spread, g.floats([1, 1, out * stride, out * stride], comb)]);
  }
  const end = size - out * stride + pad;
  const begin = kernel - 1 - pad;
  const dx = g.op('Conv', [slope, g.weights([inputs, outputs / group, kernel, kernel])], {
    pads: [begin, begin, end, end],
    group,
  });
  return g.build({ [dx]: [batch, inputs, size, size] });
}

/** Images and channels change places, plainly: ONNX Runtime copies the image once per kernel element. */
function plainWeightGradient({ inputs, outputs, size, kernel, batch = BATCH }: Layer): TypedGraph {
  const g = new RawGraph();
  const swap = { perm: [1, 0, 2, 3] };
  const pad = (kernel - 1) >> 1;
  const x = g.op('Transpose', [g.input('x', [batch, inputs, size, size])], swap);
  const slope = g.op('Transpose', [g.input('slope', [batch, outputs, size, size])], swap);
  const dw = g.op('Transpose', [g.op('Conv', [x, slope], { pads: [pad, pad, pad, pad] })], swap);
  return g.build({ [dw]: [outputs, inputs, kernel, kernel] });
}

async function compareConvolutions(): Promise<void> {
  const layers: Layer[] = [
    { inputs: 32, outputs: 32, size: 32, kernel: 3 },
    { inputs: 3, outputs: 32, size: 32, kernel: 3 },
    { inputs: 1, outputs: 16, size: 28, kernel: 5 },
    { inputs: 64, outputs: 128, size: 56, kernel: 3, stride: 2, batch: 4 },
    { inputs: 64, outputs: 64, size: 56, kernel: 3, stride: 2, group: 64, batch: 8 },
    { inputs: 64, outputs: 64, size: 28, kernel: 3, group: 64, batch: 8 },
    { inputs: 64, outputs: 64, size: 28, kernel: 3, group: 4, batch: 8 },
  ];
  for (const layer of layers) {
    await compare(`gradient of the input, ${describe(layer)}`, [
      { name: 'forward', graph: convolution(layer, true).graph },
      { name: 'Conv, flipped weights', graph: inputGradient(layer, 'Conv') },
      { name: 'ConvTranspose', graph: inputGradient(layer, 'ConvTranspose') },
    ]);
  }
  const trained: Layer[] = [
    { inputs: 32, outputs: 32, size: 32, kernel: 3 },
    { inputs: 64, outputs: 128, size: 8, kernel: 3 },
    { inputs: 3, outputs: 32, size: 32, kernel: 3 },
  ];
  for (const layer of trained) {
    const { graph, weights } = convolution(layer, false);
    await compare(`gradient of the weights, ${describe(layer)}`, [
      { name: 'forward, constant weights', graph: convolution(layer, true).graph },
      { name: 'forward, weights as input', graph },
      { name: 'Conv with images and channels swapped, alone', graph: plainWeightGradient(layer) },
      { name: 'forward and ours', graph, gradients: { loss: 'loss', wrt: [weights] } },
    ]);
  }
}

/** (conv 3×3 same, ReLU, conv 3×3 valid, ReLU, pool) with 32, 64, 128 channels, 512 and 43 units, images of 3×32×32. */
function gtsrbNetwork(known: boolean): { graph: TypedGraph; weights: string[] } {
  const b = newGraph();
  const random = new Random(4);
  const weights: string[] = [];
  const weight = (dims: readonly number[]): Value => {
    const bound = 2 / Math.sqrt(sizeOf(dims.slice(1)));
    const values = Array.from({ length: sizeOf(dims) }, () => bound * (random.uniform() - 0.5));
    if (known) return b.constant(float32(dims, values));
    const value = b.input(`w${weights.length}`, dims);
    weights.push(value.name);
    return value;
  };
  let y = b.input('x', [BATCH, 3, 32, 32]);
  for (const channels of [32, 64, 128]) {
    for (const pads of [
      [1, 1, 1, 1],
      [0, 0, 0, 0],
    ]) {
      y = b.op('Conv', [y, weight([channels, y.dims[1] ?? 1, 3, 3]), weight([channels])], { pads });
      y = b.op('Relu', [y]);
    }
    y = b.op('MaxPool', [y], TILES);
  }
  y = b.op('Relu', [b.op('Gemm', [b.op('Flatten', [y]), weight([512, 512]), weight([512])], { transB: 1 })]);
  const logits = b.op('Gemm', [y, weight([43, 512]), weight([43])], { transB: 1 });
  const target = b.input('target', [BATCH, 43]);
  const loss = b.op('ReduceSum', [b.op('Mul', [b.op('LogSoftmax', [logits]), target])], { keepdims: 0 });
  return { graph: b.build({ logits, loss }), weights };
}

async function compareNetworks(): Promise<void> {
  const [frozen, trained] = [gtsrbNetwork(true), gtsrbNetwork(false)];
  await compare('GTSRB network, batch 32', [
    { name: 'forward', graph: frozen.graph },
    { name: 'forward and gradient of the input', graph: frozen.graph, gradients: { loss: 'loss', wrt: ['x'] } },
    { name: 'forward, weights as inputs', graph: trained.graph },
    {
      name: 'forward and gradient of all weights',
      graph: trained.graph,
      gradients: { loss: 'loss', wrt: trained.weights },
    },
  ]);
}

console.log(`${runtime.description}, ${os.cpus()[0]?.model ?? 'unknown processor'}, 1 thread`);
await compareNetworks();
await compareBlocks();
await compareConvolutions();
