/**
 * @file torchvision's own networks at their full size: our logits beside PyTorch's, and a file of our writer loaded by PyTorch.
 * Usage: npx tsx bench/torchNetworks.ts [NAME…], with torch and torchvision in the Python that NEURAL_CLEANSE_BENCH_PYTHON names.
 */
import { execFile } from 'node:child_process';
import * as fs from 'node:fs/promises';
import * as os from 'node:os';
import * as path from 'node:path';
import { promisify } from 'node:util';
import { readModel } from '../src/engine/formats';
import { float32, floats, sizeOf } from '../src/engine/graph/tensor';
import { specialize } from '../src/engine/ops/newGraph';
import type { Graph } from '../src/engine/graph/graph';
import { nodeFiles } from '../src/runner/files/nodeFiles';
import { openRuntime } from '../src/runner/runtimes/runtimes';
import { table } from './reproduction/tables';

const NETWORKS = [
  ...['resnet18', 'resnet50', 'resnext50_32x4d', 'wide_resnet50_2', 'vgg11', 'vgg16_bn', 'alexnet'],
  ...['densenet121', 'mobilenet_v2', 'mobilenet_v3_small', 'mobilenet_v3_large', 'efficientnet_b0', 'efficientnet_b5'],
  ...['squeezenet1_0', 'squeezenet1_1', 'convnext_tiny', 'vit_b_16'],
];
const RESULTS = path.join(import.meta.dirname, 'results', 'formats.md');
const DIMS = [2, 3, 224, 224];

const python = process.env.NEURAL_CLEANSE_BENCH_PYTHON ?? 'python3';
const script = path.join(import.meta.dirname, 'make', 'torch_networks.py');
const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'neural-cleanse-torch-'));
const runtime = await openRuntime({ threads: 2 });

async function numbers(name: string): Promise<Float32Array> {
  const bytes = await fs.readFile(path.join(folder, name));
  return new Float32Array(Uint8Array.from(bytes).buffer);
}

async function run(graph: Graph, image: Float32Array): Promise<Float32Array> {
  const session = await runtime.compile(specialize(graph, new Map([['image', DIMS]])));
  try {
    const outputs = await session.run(new Map([['image', float32(DIMS, image)]]));
    return floats(outputs.get(graph.outputs[0] ?? '')!);
  } finally {
    await session.dispose();
  }
}

/** Largest difference by the largest logit. */
function deviation(ours: Float32Array, theirs: Float32Array): number {
  const largest = theirs.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return ours.reduce((most, value, i) => Math.max(most, Math.abs(value - (theirs[i] ?? NaN))), 0) / largest;
}

async function measure(name: string): Promise<string[]> {
  await promisify(execFile)(python, [script, 'make', name, folder]);
  const model = await readModel(nodeFiles, path.join(folder, 'weights.pth'));
  const image = await numbers('image.f32');
  const read = deviation(await run(model.graph, image), await numbers('logits.f32'));
  const last =
    [...model.weights].filter((weight) => (model.graph.initializers.get(weight)?.dims.length ?? 0) > 1).at(-1) ?? '';
  const before = model.graph.initializers.get(last)!;
  const changed = float32(
    before.dims,
    floats(before).map((value, i) => (i % 3 === 0 ? 0 : value)),
  );
  const [file] = await model.write(new Map([[last, changed]]), 'changed.pth');
  await fs.writeFile(path.join(folder, 'changed.pth'), file!.bytes);
  await promisify(execFile)(python, [script, 'check', name, folder]);
  const ours = await run(
    { ...model.graph, initializers: new Map([...model.graph.initializers, [last, changed]]) },
    image,
  );
  const written = deviation(ours, await numbers('changed.f32'));
  const parameters = [...model.weights].reduce(
    (sum, w) => sum + sizeOf(model.graph.initializers.get(w)?.dims ?? []),
    0,
  );
  return [name, `${(parameters / 1e6).toFixed(1)} M`, read.toExponential(1), written.toExponential(1)];
}

const names = process.argv.slice(2);
const rows: string[][] = [];
for (const name of names.length > 0 ? names : NETWORKS) {
  rows.push(await measure(name));
  console.log(rows.at(-1)?.join('  '));
}
await fs.rm(folder, { recursive: true });
const page = [
  '# Networks of torchvision',
  '`npx tsx bench/torchNetworks.ts`: random weights, 224×224, 10 classes, saved by PyTorch. The largest difference of our logits from its own, by the largest logit; and the same of a file in which our ' +
    'writer has set a third of the last layer to zero, and which PyTorch has loaded.',
  table(['network', 'parameters', 'difference', 'difference after writing'], rows),
].join('\n\n');
if (names.length === 0) await fs.writeFile(RESULTS, `${page}\n`);
