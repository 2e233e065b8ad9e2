/**
 * @file Networks that others have published, without an account: those in the npm package nsfwjs, scanned with ImageNet's images, and our probabilities
 * beside those of TensorFlow.js. Usage: npm pack nsfwjs@4.2.1 && tar xzf nsfwjs-4.2.1.tgz && npx tsx bench/published.ts package --images FOLDER
 */
import * as fs from 'node:fs/promises';
import { createRequire } from 'node:module';
import * as os from 'node:os';
import * as path from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { readModel } from '../src/engine/formats';
import { float32, floats } from '../src/engine/graph/tensor';
import { specialize } from '../src/engine/ops/newGraph';
import { readSamples } from '../src/engine/samples/readSamples';
import { scanModel } from '../src/engine/scan/scanModel';
import { nodeFiles } from '../src/runner/files/nodeFiles';
import { sha256 } from '../src/runner/files/sha256';
import { openRuntime } from '../src/runner/runtimes/runtimes';
import { channelsLast } from './lib/channelsLast';
import { option } from './lib/options';
import { loadTfjs, type TfjsModel } from './lib/tensorflowJs';
import { table } from './reproduction/tables';

/** Folder in the package, the side of its images, and whether it is scanned here, which takes the largest an hour. */
const NETWORKS = [
  ['mobilenet_v2', 224, true],
  ['mobilenet_v2_mid', 224, true],
  ['inception_v3', 299, false],
] as const;
const CLASSES = ['Drawing', 'Hentai', 'Neutral', 'Porn', 'Sexy'];
const RESULTS = path.join(import.meta.dirname, 'results', 'published.md');
const COMPARED = 2;

const source = path.resolve(process.argv[2] ?? 'package', 'dist', 'models');
const images = option('images') ?? '.';
const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'neural-cleanse-published-'));
const runtime = await openRuntime({ threads: 2 });
const require = createRequire(import.meta.url);

/** The package has each file as a program that gives its content. */
async function unpack(name: string): Promise<string> {
  const target = path.join(folder, name);
  await fs.mkdir(target);
  const file = path.join(target, 'model.json');
  const json = require(path.join(source, name, 'model.min.js')) as TfjsModel;
  await fs.writeFile(file, JSON.stringify(json));
  for (const part of json.weightsManifest.flatMap(({ paths }) => paths)) {
    const bytes = Buffer.from(require(path.join(source, name, `${part}.min.js`)) as string, 'base64');
    await fs.writeFile(path.join(target, part), bytes);
  }
  await fs.writeFile(path.join(target, 'labels.txt'), CLASSES.join('\n'));
  return file;
}

/** Largest difference of a probability from that of TensorFlow.js, of a few images. */
async function difference(file: string, side: number): Promise<number> {
  const shape = { channels: 3, height: side, width: side };
  const samples = await readSamples(nodeFiles, images, shape, { limit: COMPARED });
  const pixels = Float32Array.from(samples.images, (value) => value / 255);
  const { graph } = await readModel(nodeFiles, file);
  const [input] = graph.inputs;
  const dims = [samples.count, 3, side, side];
  const session = await runtime.compile(specialize(graph, new Map([[input?.name ?? '', dims]])));
  const outputs = await session.run(new Map([[input?.name ?? '', float32(dims, pixels)]]));
  await session.dispose();
  const ours = floats(outputs.get(graph.outputs[0] ?? '')!);
  const predict = await loadTfjs(file);
  const theirs = await predict(
    tf.tensor4d(floats(channelsLast(float32(dims, pixels))), [samples.count, side, side, 3]),
  ).data();
  return ours.reduce((most, value, i) => Math.max(most, Math.abs(value - (theirs[i] ?? NaN))), 0);
}

/** Verdict, flagged classes, p-value, image passes and minutes. */
async function scan(model: string): Promise<(string | number)[]> {
  const started = performance.now();
  const now = (): number => performance.now() / 1000;
  const report = await scanModel(
    { model, data: images, limit: 200, files: nodeFiles, runtime, sha256, settings: { preset: 'quick' }, now },
    {},
  );
  const minutes = (performance.now() - started) / 60_000;
  const flagged = report.flagged.map((label) => CLASSES[label] ?? '').join(', ');
  return [
    report.verdict,
    flagged === '' ? '–' : flagged,
    report.pValue?.toPrecision(2) ?? '–',
    report.imagePasses,
    minutes.toFixed(1),
  ];
}

const rows: (string | number)[][] = [];
for (const [name, side, scanned] of NETWORKS) {
  const file = await unpack(name);
  const apart = await difference(file, side);
  const { format } = await readModel(nodeFiles, file);
  rows.push([name, format, `${side}×${side}`, apart.toExponential(1), ...(scanned ? await scan(file) : [])]);
  console.log(rows.at(-1)?.join('  '));
}
await fs.rm(folder, { recursive: true });
const page = [
  '# Networks that others have published',
  'The networks of the npm package nsfwjs 4.2.1 (five classes), scanned (`--quick`) with 200 of ImageNet’s images, which have no labels of theirs. The largest difference of a probability from that of TensorFlow.js on ' +
    `${COMPARED} images, and what the scan says. Minutes on two cores that were busy with other work.`,
  table(
    ['network', 'format', 'images', 'difference', 'verdict', 'flagged', 'p', 'image passes', 'minutes'],
    rows.map((row) => Array.from({ length: 9 }, (_, i) => row[i])),
  ),
].join('\n\n');
await fs.writeFile(RESULTS, `${page}\n`);
