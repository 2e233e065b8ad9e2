/**
 * @file The infected sample network in every format, written by the real frameworks: the same norms and flagged label as its ONNX file, and the
 * repaired files loaded by the frameworks again, with how they do there.
 * Usage: npx tsx bench/formats.ts; TensorFlow in the Python that NEURAL_CLEANSE_BENCH_TENSORFLOW names, PyTorch in that of NEURAL_CLEANSE_BENCH_PYTHON,
 * onnxruntime and onnx in that of NEURAL_CLEANSE_BENCH_ONNXRUNTIME.
 */
import { execFile } from 'node:child_process';
import * as fs from 'node:fs/promises';
import * as os from 'node:os';
import * as path from 'node:path';
import { promisify } from 'node:util';
import * as tf from '@tensorflow/tfjs-core';
import { readModel } from '../src/engine/formats';
import { floats } from '../src/engine/graph/tensor';
import { repairModel } from '../src/engine/repair/repairModel';
import type { PrepareRequest } from '../src/engine/scan/prepareScan';
import { scanModel } from '../src/engine/scan/scanModel';
import { readSamples } from '../src/engine/samples/readSamples';
import { nodeFiles } from '../src/runner/files/nodeFiles';
import { repairedPath, saveRepair } from '../src/runner/files/saveRepair';
import { sha256 } from '../src/runner/files/sha256';
import { openRuntime } from '../src/runner/runtimes/runtimes';
import { loadTfjs } from './lib/tensorflowJs';
import { percent, table } from './reproduction/tables';

const SAMPLE = path.join(import.meta.dirname, '..', 'media', 'sample');
const RESULTS = path.join(import.meta.dirname, 'results', 'every-format.md');
/** The sample's trigger: a white square of this side, a pixel from the lower right corner. */
const SQUARE = 4;
const SIDE = 28;
const TARGET = 7;

const PYTHON = {
  tensorflow: process.env.NEURAL_CLEANSE_BENCH_TENSORFLOW ?? 'python3',
  pytorch: process.env.NEURAL_CLEANSE_BENCH_PYTHON ?? 'python3',
  onnxruntime: process.env.NEURAL_CLEANSE_BENCH_ONNXRUNTIME ?? 'python3',
};
/** Scanned only: their weights cannot hold a repair. */
const QUANTISED = ['quantised.tflite', 'quantised.onnx'];
const MODELS = [
  ...['network.onnx', 'model.h5', 'model.keras', 'saved_model', 'frozen.pb', 'tfjs_layers', 'tfjs_graph'],
  ...['model.tflite', 'model.pth', 'model.safetensors', ...QUANTISED],
];

const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'neural-cleanse-formats-'));
const runtime = await openRuntime({ threads: 2 });
const now = (): number => performance.now() / 1000;

async function python(framework: keyof typeof PYTHON, command: 'make' | 'check'): Promise<string> {
  const script = path.join(import.meta.dirname, 'make', 'sample_formats.py');
  const { stdout } = await promisify(execFile)(PYTHON[framework], [script, framework, command, folder]);
  return stdout.trim().split('\n').at(-1) ?? '';
}

async function writeInputs(): Promise<void> {
  const sample = path.join(folder, 'network.onnx');
  await fs.copyFile(path.join(SAMPLE, 'infected.onnx'), sample);
  const { graph } = await readModel(nodeFiles, sample);
  await fs.mkdir(path.join(folder, 'weights'));
  for (const [name, tensor] of graph.initializers) {
    if (tensor.dtype === 'float32') await fs.writeFile(path.join(folder, 'weights', `${name}.f32`), floats(tensor));
  }
  const samples = await readSamples(
    nodeFiles,
    path.join(SAMPLE, 'images'),
    { channels: 1, height: SIDE, width: SIDE },
    {},
  );
  const clean = Float32Array.from(samples.images);
  const stamped = clean.map((value, i) => {
    const [x, y] = [i % SIDE, Math.floor(i / SIDE) % SIDE];
    const inside = [x, y].every((at) => at >= SIDE - 1 - SQUARE && at < SIDE - 1);
    return inside ? 255 : value;
  });
  await fs.writeFile(path.join(folder, 'images.f32'), clean);
  await fs.writeFile(path.join(folder, 'stamped.f32'), stamped);
  await fs.writeFile(path.join(folder, 'labels.u8'), Uint8Array.from(samples.labels ?? []));
}

interface Row {
  readonly name: string;
  readonly format: string;
  readonly flagged: readonly number[];
  readonly norm: number;
  /** Of the repaired model on our half of the images, and its file, where there is one. */
  readonly accuracy?: number;
  readonly repaired?: string;
}

async function measure(name: string): Promise<Row> {
  const request: PrepareRequest = {
    ...{ model: path.join(folder, name), data: path.join(SAMPLE, 'images'), files: nodeFiles, runtime, sha256 },
    // PyTorch's weights leave the division by 255 to the preprocessing.
    ...(/\.(pth|safetensors)$/.test(name) && { architecture: path.join(folder, 'network.onnx') }),
  };
  const report = await scanModel({ ...request, settings: { preset: 'standard', seed: 1 }, now }, {});
  const flagged = report.labels.filter((label) => label.flagged).map(({ label }) => label);
  const norm = report.labels.find(({ label }) => label === flagged[0])?.l1 ?? NaN;
  const scanned = { name, format: report.model.format, flagged, norm };
  if (QUANTISED.includes(name)) return scanned;
  const draft = await repairModel(
    { ...request, report, labelChoice: 'flagged', settings: { method: 'prune' }, now },
    {},
  );
  const out = repairedPath(/^tfjs/.test(name) ? path.join(folder, name, 'model.json') : path.join(folder, name));
  const saved = await saveRepair(draft, out);
  return { ...scanned, accuracy: saved.after.cleanAccuracy, repaired: path.relative(folder, out) };
}

/** How a model of TensorFlow.js does in TensorFlow.js itself. */
async function inTensorFlowJs(main: string): Promise<{ accuracy: number; success: number }> {
  const labels = await fs.readFile(path.join(folder, 'labels.u8'));
  const predict = await loadTfjs(main);
  const read = async (name: string): Promise<number[]> => {
    const bytes = await fs.readFile(path.join(folder, name));
    const images = tf.tensor4d(new Float32Array(new Uint8Array(bytes).buffer), [labels.length, SIDE, SIDE, 1]);
    return Array.from(await tf.argMax(predict(images), 1).data());
  };
  const share = (hits: readonly boolean[]): number => hits.filter(Boolean).length / hits.length;
  const [clean, stamped] = [await read('images.f32'), await read('stamped.f32')];
  const others = stamped.filter((_, i) => labels[i] !== TARGET);
  return {
    accuracy: share(clean.map((label, i) => label === labels[i])),
    success: share(others.map((label) => label === TARGET)),
  };
}

await writeInputs();
await python('tensorflow', 'make');
await python('pytorch', 'make');
await python('onnxruntime', 'make');
const rows: Row[] = [];
for (const name of MODELS) {
  rows.push(await measure(name));
  console.log(JSON.stringify(rows.at(-1)));
}
const loaded: Record<string, { accuracy: number; success: number }> = {
  ...(JSON.parse(await python('tensorflow', 'check')) as Record<string, { accuracy: number; success: number }>),
  ...(JSON.parse(await python('pytorch', 'check')) as Record<string, { accuracy: number; success: number }>),
};
for (const { repaired } of rows) {
  if (repaired?.endsWith('.json') === true) loaded[repaired] = await inTensorFlowJs(path.join(folder, repaired));
}
await fs.rm(folder, { recursive: true });
const [twin] = rows;
const page = [
  '# One network in every format',
  '`npx tsx bench/formats.ts`: the infected sample network with the same weights in every format, written by the real frameworks, scanned with the same seed, pruned, saved, and the saved file ' +
    'loaded by its framework. The norm of the flagged label, how far it is from that of the ONNX file, and of the repaired file: accuracy on half of the 400 images (ours), on all of them in its framework, and how ' +
    'many of these with the attacker’s own square become label 7 there.',
  table(
    ['file', 'format', 'flagged', 'norm', 'difference', 'accuracy, %', 'in its framework, %', 'attack there, %'],
    rows.map(({ name, format, flagged, norm, accuracy, repaired = '' }) => [
      ...[
        name,
        format,
        flagged.join(),
        norm.toFixed(3),
        `${(100 * Math.abs(norm / (twin?.norm ?? NaN) - 1)).toFixed(2)} %`,
      ],
      ...[percent(accuracy, 1), percent(loaded[repaired]?.accuracy, 1), percent(loaded[repaired]?.success, 1)],
    ]),
  ),
].join('\n\n');
await fs.writeFile(RESULTS, `${page}\n`);
