import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as os from 'node:os';
import * as ort from 'onnxruntime-node';
import { runCli } from '../../../src/cli/cli';
import { encodeNetwork } from '../../../src/engine/attack/encodeNetwork';
import { encodeFloats } from '../../../src/engine/support/base64';
import { stampImage } from '../../../src/engine/classify/labelTrigger';
import type { IdentifyReport } from '../../../src/engine/identify/identification';
import { parseFilter } from '../../../src/engine/filter/savedFilter';
import { jsonReport } from '../../../src/engine/output/scanJson';
import type { ScanReport } from '../../../src/engine/report/scanReport';
import { sha256 } from '../../../src/runner/files/sha256';
import { fakeTerminal } from '../../support/fakeTerminal';
import { NEURON_MODEL_TARGET, neuronModel, pixelTrigger, toySamples } from '../../support/neuronModel';
import { infectedReport, labelResult } from '../../support/sampleReports';
import { TOY } from '../../support/toyModel';

let folder = '';
const at = (name: string): string => path.join(folder, name);
const SAMPLES = 96;

/** MNIST's file format: magic number, dimensions, bytes. */
function idx(magic: number, dims: number[], bytes: Uint8Array): Uint8Array {
  const header = new DataView(new ArrayBuffer(4 * (1 + dims.length)));
  [magic, ...dims].forEach((value, i) => {
    header.setUint32(4 * i, value);
  });
  return Buffer.concat([Buffer.from(header.buffer), bytes]);
}

function images(name: string, stamped: boolean): Promise<void> {
  const samples = toySamples(SAMPLES);
  const pixels = Float32Array.from(samples.images);
  if (stamped) for (let i = 0; i < SAMPLES; i++) stampImage(pixels.subarray(i * 64, (i + 1) * 64), pixelTrigger());
  return fs.writeFile(at(name), idx(0x803, [SAMPLES, 8, 8], Uint8Array.from(pixels)));
}

function reportOf(model: Uint8Array, change: Partial<ScanReport> = {}): ScanReport {
  const input = { channels: TOY.channels, height: TOY.height, width: TOY.width };
  const { mask, pattern } = pixelTrigger(0.9);
  return {
    ...infectedReport,
    model: { ...infectedReport.model, file: 'model.onnx', sha256: sha256(model), classes: TOY.classes, input },
    labels: [
      labelResult(NEURON_MODEL_TARGET, {
        flagged: true,
        trigger: { ...input, mask: encodeFloats(mask), pattern: encodeFloats(pattern) },
      }),
    ],
    flagged: [NEURON_MODEL_TARGET],
    ...change,
  };
}

beforeAll(async () => {
  folder = await fs.mkdtemp(path.join(os.tmpdir(), 'neural-cleanse-filter-'));
  const model = encodeNetwork(neuronModel(), TOY.classes);
  await fs.writeFile(at('model.onnx'), model);
  await fs.writeFile(at('other.onnx'), encodeNetwork({ ...neuronModel(), outputs: ['logits'] }, TOY.classes));
  await images('clean-images-idx3-ubyte', false);
  await images('stamped-images-idx3-ubyte', true);
  const labels = Uint8Array.from(toySamples(SAMPLES).labels!);
  await fs.writeFile(at('clean-labels-idx1-ubyte'), idx(0x801, [SAMPLES], labels));
  await fs.writeFile(at('scan.json'), jsonReport(reportOf(model)));
  await fs.writeFile(at('nothing.json'), jsonReport(reportOf(model, { flagged: [] })));
});
afterAll(() => fs.rm(folder, { recursive: true, force: true }));

async function cli(...args: string[]) {
  const terminal = fakeTerminal();
  const exitCode = await runCli(args, { terminal, signal: new AbortController().signal, now: () => 0 });
  return { exitCode, out: terminal.out, err: terminal.err };
}

const data = () => ['--data', at('clean-images-idx3-ubyte'), '--preprocessing', 'raw', '--threads', '1'];
const calibrate = (...args: string[]) =>
  cli('filter', at('model.onnx'), ...data(), '--calibrate', '--report', at('scan.json'), ...args);

describe('filter', () => {
  it('calibrates on clean images, then rejects stamped ones and passes clean ones', async () => {
    const made = await calibrate('--onnx', at('guarded.onnx'));
    expect(made.err).toBe('');
    expect(made.exitCode).toBe(0);
    expect(made.out).toMatch(/model\.onnx: a filter for about 5\.0 % false alarms, from 96 clean images/);
    expect(made.out).toMatch(/Trigger of label 3, seen in hidden: threshold/);
    const filter = parseFilter(await fs.readFile(at('model.onnx.filter.json'), 'utf8'), 'filter');
    expect(filter).toMatchObject({
      preprocessing: { id: 'raw' },
      layers: ['hidden'],
      profiles: [{ label: 3 }],
    });

    const clean = await cli('filter', at('model.onnx'), '--check', at('clean-images-idx3-ubyte'));
    expect(clean.out).toMatch(/^label \d {2}[−\-\d.]+ {2}.*\n/);
    expect(clean.out).toMatch(/0 of 96 images rejected\n$/);
    expect(clean.exitCode).toBe(0);
    const stamped = await cli('filter', at('model.onnx'), '--check', at('stamped-images-idx3-ubyte'), '--json', '-');
    expect(stamped.exitCode).toBe(1);
    const { images: answers } = JSON.parse(stamped.out) as { images: { label: number | null; scores: number[] }[] };
    expect(answers).toHaveLength(SAMPLES);
    expect(answers.every(({ label, scores }) => label === null && scores[0]! > 5)).toBe(true);

    const session = await ort.InferenceSession.create(await fs.readFile(at('guarded.onnx')));
    const { images: pixels, labels } = toySamples(1);
    const run = async (image: Float32Array) =>
      Number((await session.run({ images: new ort.Tensor('float32', image, [1, 1, 8, 8]) }))['label']!.data[0]);
    const image = Float32Array.from(pixels);
    expect(await run(image)).toBe(labels![0]);
    stampImage(image, pixelTrigger());
    expect(await run(image)).toBe(-1);
    await session.release();
  });

  it('is refused for another model file', async () => {
    await calibrate('--out', at('mine.json'));
    const args = ['--check', at('clean-images-idx3-ubyte'), '--filter', at('mine.json')];
    const { exitCode, err } = await cli('filter', at('other.onnx'), ...args);
    expect(err).toMatch(/other\.onnx: the filter is about another model, or the model has changed since/);
    expect(exitCode).toBe(4);
  });

  it.each<[string, () => string[], RegExp]>([
    ['neither --calibrate nor --check', () => data(), /expected --calibrate or --check/],
    ['both', () => [...data(), '--calibrate', '--check', 'x'], /cannot be used with/],
    ['no report', () => [...data(), '--calibrate'], /the report of a scan is needed/],
    [
      'a report that is not there',
      () => [...data(), '--calibrate', '--report', at('no.json')],
      /no\.json: the scan report/,
    ],
    [
      'a report that flags nothing',
      () => [...data(), '--calibrate', '--report', at('nothing.json')],
      /flagged no label/,
    ],
    [
      'a label without a trigger',
      () => [...data(), '--calibrate', '--report', at('scan.json'), '--only', '5'],
      /no trigger for label 5/,
    ],
    [
      'a filter that is not there',
      () => ['--check', at('clean-images-idx3-ubyte'), '--filter', at('no.json')],
      /the filter cannot be read/,
    ],
    [
      'the model itself as the place',
      () => [...data(), '--calibrate', '--report', at('scan.json'), '--onnx', at('model.onnx')],
      /model\.onnx: the new file would replace the original model/,
    ],
    [
      'a place that cannot be written to',
      () => [...data(), '--calibrate', '--report', at('scan.json'), '--out', at('no/f.json')],
      /the filter cannot be written/,
    ],
  ])('exit code 4 for %s', async (_name, args, message) => {
    const { exitCode, out, err } = await cli('filter', at('model.onnx'), ...args());
    expect(err).toMatch(message);
    expect(out).toBe('');
    expect(exitCode).toBe(4);
  });
});

describe('identify', () => {
  it('shows the neurons that the trigger drives', async () => {
    const args = ['identify', at('model.onnx'), ...data(), '--report', at('scan.json')];
    const { exitCode, out } = await cli(...args);
    expect(exitCode).toBe(0);
    expect(out).toMatch(/model\.onnx: the trigger turns 100\.0 % of 84 images into label 3\./);
    expect(out).toMatch(/hidden +2 of 200 +0\.000 +5\.175\n/);
    expect(out).toMatch(/Neurons of hidden: 192, 193\n$/);
    const report = JSON.parse((await cli(...args, '--json', '-')).out) as IdentifyReport;
    expect(report).toMatchObject({
      version: 1,
      model: { file: 'model.onnx' },
      triggers: [{ label: 3, attackSuccess: 1, layers: [{ top: [192, 193] }] }],
    });
  });

  it('is refused for a model that has changed since the scan', async () => {
    const { exitCode, err } = await cli('identify', at('other.onnx'), ...data(), '--report', at('scan.json'));
    expect(err).toMatch(/other\.onnx: the scan report is about another model.*Scan the model again/);
    expect(exitCode).toBe(4);
  });
});
