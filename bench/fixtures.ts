/**
 * @file Every fixture that a framework has written, with the largest difference of our output from the framework's, by the largest of its outputs.
 * Usage: npx tsx bench/fixtures.ts; the tests assert the bounds.
 */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { readModel } from '../src/engine/formats';
import { floats } from '../src/engine/graph/tensor';
import { nodeFiles } from '../src/runner/files/nodeFiles';
import { readGolden } from '../test/support/golden';
import { deviation } from '../test/support/runModel';
import { channelsLast } from './lib/channelsLast';
import { table } from './reproduction/tables';

const FIXTURES = path.join(import.meta.dirname, '..', 'test', 'fixtures');
const RESULTS = path.join(import.meta.dirname, 'results', 'fixtures.md');
const FOLDERS = [
  ...[
    'onnx',
    'onnx-quantized',
    'keras-h5',
    'keras-v3',
    'tfjs',
    'tfjs-graph',
    'saved-model',
    'frozen-pb',
    'tflite',
    'torch',
  ],
];

/** The files `golden.json`, `NAME.golden.json` below a folder. */
function goldens(folder: string): string[] {
  const names = fs.readdirSync(path.join(FIXTURES, folder), { recursive: true, encoding: 'utf8' });
  return names.filter((name) => name.endsWith('golden.json')).sort();
}

/** The model beside a golden: its folder, or the file of the same name. */
function modelOf(golden: string): string {
  const folder = path.dirname(golden);
  const stem = path.basename(golden).replace(/\.?golden\.json$/, '');
  if (stem === '' || stem === 'saved_model') return folder;
  const names = fs.readdirSync(folder).filter((name) => name.startsWith(`${stem}.`) && !/\.(json|data)$/.test(name));
  return path.join(folder, names.find((name) => !name.endsWith('.onnx')) ?? names[0] ?? '');
}

async function measure(golden: string): Promise<[string, string, string]> {
  const { x, y } = readGolden(golden);
  const file = modelOf(golden);
  const stem = file.replace(/(\.weights)?\.\w+$/, '');
  const beside = [`${stem}.architecture.json`, ...(file.endsWith('.pth') ? [`${stem}.onnx`] : [])].find((at) =>
    fs.existsSync(at),
  );
  const model = await readModel(nodeFiles, file, beside === undefined ? {} : { architecture: beside });
  // ONNX files keep their own order.
  const fits = model.graph.inputs[0]?.dims.slice(1).every((dim, i) => dim === null || dim === x.dims[i + 1]) === true;
  const largest = floats(y).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const name = path.relative(path.join(FIXTURES), file);
  return [name, model.format, ((await deviation(model, fits ? x : channelsLast(x), y)) / largest).toExponential(1)];
}

const rows: [string, string, string][] = [];
for (const folder of FOLDERS) {
  for (const golden of goldens(folder)) rows.push(await measure(path.join(FIXTURES, folder, golden)));
}
const page = [
  '# Fixtures of every format',
  '`npx tsx bench/fixtures.ts`: the largest difference of our output from that of the framework which wrote the file, by the largest of its outputs. float16 files and those whose numbers are whole ones ' +
    'differ by what their framework rounds.',
  table(['fixture', 'format', 'difference'], rows),
].join('\n\n');
fs.writeFileSync(RESULTS, `${page}\n`);
console.log(rows.filter(([, , difference]) => Number(difference) > 1e-4));
process.exit();
