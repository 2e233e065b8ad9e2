/** @file Files that cannot be scanned: one line that names the file, the place and what was expected, and nothing is written. */
import * as fs from 'node:fs/promises';
import * as os from 'node:os';
import * as path from 'node:path';
import { zipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from '../../../src/cli/cli';
import { parseReport } from '../../../src/engine/output/scanJson';
import { fakeTerminal } from '../../support/fakeTerminal';
import { writeImageFolder } from '../../support/imageFolder';

const FIXTURES = path.join(import.meta.dirname, '../../fixtures');
const BAD = path.join(FIXTURES, 'bad');
/** Five classes, 3×12×10, random weights. */
const MODEL = path.join(FIXTURES, 'onnx/cnn-opset13.onnx');

let root = '';
beforeAll(async () => {
  root = await fs.mkdtemp(path.join(os.tmpdir(), 'neural-cleanse-bad-'));
  await writeImageFolder(path.join(root, 'images'), { classes: 5, perClass: 10, width: 10, height: 12 });
});
afterAll(() => fs.rm(root, { recursive: true, force: true }));

/** Runs a scan with every report asked for; `written` names all files that it left behind. */
async function scan(model: string, data = path.join(root, 'images'), ...more: string[]) {
  const out = await fs.mkdtemp(path.join(root, 'out-'));
  const at = (name: string): string => path.join(out, name);
  const reports = ['--json', at('r.json'), '--sarif', at('r.sarif'), '--html', at('r.html'), '--cache', at('cache')];
  const terminal = fakeTerminal();
  const exitCode = await runCli(['scan', model, '--data', data, '--quick', ...reports, ...more], {
    terminal,
    signal: new AbortController().signal,
    now: () => performance.now() / 1000,
  });
  const written = (await fs.readdir(out, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  const errors = terminal.err.split('\n').filter((line) => line.startsWith('Error: '));
  return { exitCode, out: terminal.out, errors, written, report: at('r.json') };
}

/** Fixture → what its error says behind the name of the file. */
const MODELS: Readonly<Record<string, Readonly<Record<string, RegExp>>>> = {
  'truncated, empty or mislabelled': {
    'truncated.h5': /damaged \(expected sound HDF5, got truncated file/,
    'truncated.keras': /archive: .*expected a zip archive, got no directory/,
    'truncated.onnx': /damaged at byte 11/,
    'tfjs/short-shard': /group1-shard1of1\.bin: .*expected 4056 bytes, got 3956 bytes/,
    'zero-byte.h5': /the file is empty/,
    'zero-byte.onnx': /the file is empty/,
    'empty.h5': /expected "model_config" or layers with weights, got nothing/,
    'png.h5': /not a model \(expected .*, got a PNG image/,
    'lfs-pointer.h5': /got a Git LFS pointer.*git lfs pull/,
  },
  'that read other files': {
    'external-link.h5': /predictions\/kernel:0: .*expected everything in one file, got a link to \.\.\/secret\.h5/,
    'external-storage.h5': /predictions\/kernel:0: .*expected everything in one file/,
    'virtual-dataset.h5': /predictions\/kernel:0: .*got a virtual dataset of \.\.\/secret\.h5/,
    'dotdot-entry.keras': /evil\.txt.*expected names inside the archive/,
    'external-parent.onnx': /"w3": .*expected a file beside the model, got "\.\.\/secret\.bin"/,
    'external-absolute.onnx': /"w3": .*expected a file beside the model, got "\/etc\/hostname"/,
    'tfjs/path-escape': /weightsManifest: .*expected a file of its own inside the folder.*"\.\.\/\.\.\/x\.bin"/,
    'tfjs/absolute-path': /weightsManifest: .*got "\/etc\/hostname"/,
  },
  'whose sizes do not match': {
    'zip-bomb.keras': /config\.json: .*expected at most 67108864 bytes, got 200000000 bytes/,
    'huge-shape.h5': /predictions\/kernel:0: .*expected at most 16016 bytes, got 4000000000000 bytes/,
    'huge-dims.onnx': /"w3" \[1000000, 1000000\]: .*expected 4000000000000 bytes of float32, got 12 bytes/,
    'overflow-dims.onnx': /"w3": .*expected dimensions .*, got \[4294967296, 4294967296\]/,
    'tfjs/huge-shape': /group1-shard1of1\.bin: .*expected 4000000002544 bytes, got 4056 bytes/,
    'wrong-shape.h5': /"predictions", weight "kernel": .*expected \[4, 5\], got \[5, 5\]/,
  },
  'with weights that are no numbers': {
    'nan-weights.h5': /"predictions", weight "kernel": .*expected finite numbers, got NaN at element 7/,
    'inf-weights.h5': /"predictions", weight "kernel": .*expected finite numbers, got Infinity at element 11/,
    'nan-weights.onnx': /"w3": .*expected finite numbers, got NaN at element 26/,
    'inf-weights.onnx': /"w3": .*expected finite numbers, got -Infinity at element 26/,
  },
  'with layers that are not run': {
    'lambda.h5': /layers that are not supported: Lambda "scale"/,
    'lambda.keras': /layers that are not supported: Lambda "scale"/,
    'custom-layer.h5': /mine>Twice "twice"/,
    'custom-op.onnx': /com\.example\.Swirl \("relu1"\)\. .*never executed/,
    'dynamic-quantized.onnx': /DynamicQuantizeLinear.*scan the float model/,
  },
  'that are no image classifiers': {
    'autoencoder.h5': /expected one output with a score per class, \[N, classes\], got "conv2d_6" \[2, 3, 8, 6\]/,
    'regression.onnx': /output "scores": .*expected one score per class/,
    'segmentation.onnx': /expected one output with a score per class/,
    'tabular.h5': /input "input_4": .*expected height, width and channels, got \[7\]/,
    'multi-input.h5': /expected one input, got 2 inputs \(a, b\)/,
    'five-channels.onnx': /input "image": .*expected 1, 3 or 4 colour channels, got \[\?, 5, 12, 10\]/,
  },
};

describe.each(Object.entries(MODELS))('models %s', (_kind, cases) => {
  it.each(Object.entries(cases))('%s: exit code 3', async (name, message) => {
    const { exitCode, out, errors, written } = await scan(path.join(BAD, name));
    expect(errors).toEqual([expect.stringMatching(message)]);
    expect(errors[0]).toMatch(new RegExp(`^Error: ${path.basename(name)}: `));
    expect([out, written]).toEqual(['', []]);
    expect(exitCode).toBe(3);
  });
});

describe('samples', () => {
  const folder = async (name: string, options: Parameters<typeof writeImageFolder>[1]): Promise<string> => {
    await writeImageFolder(path.join(root, name), options);
    return path.join(root, name);
  };
  const size = { width: 10, height: 12 };

  it.each<[string, () => Promise<string>, RegExp]>([
    ['fewer than 32', () => folder('few', { classes: 5, perClass: 6, ...size }), /few: .*expected at least 32.*got 30/],
    [
      'of one class',
      async () => {
        const data = await folder('one', { classes: 1, perClass: 40, ...size });
        const rows = Array.from({ length: 40 }, (_, i) => `${i}.png,3\n`);
        await fs.writeFile(path.join(data, '0/labels.csv'), ['file,label\n', ...rows].join(''));
        return data;
      },
      /one: .*one class.*expected .*, got .*3/,
    ],
    ['with labels out of range', () => folder('seven', { classes: 7, perClass: 6, ...size }), /seven: .*0.*4.*got.*6/],
    [
      'that are all broken',
      async () => {
        await fs.mkdir(path.join(root, 'broken/0'), { recursive: true });
        for (let i = 0; i < 40; i++) await fs.writeFile(path.join(root, `broken/0/${i}.png`), '\x89PNG\r\n');
        return path.join(root, 'broken');
      },
      /broken: no image can be read/,
    ],
    [
      'in other files',
      () => Promise.resolve(path.join(FIXTURES, 'samples/virtual.h5')),
      /virtual\.h5: images: .*secret/,
    ],
    [
      'in an archive that leaves itself',
      async () => {
        await fs.writeFile(path.join(root, 'evil.zip'), zipSync({ '../evil.png': new Uint8Array(3) }));
        return path.join(root, 'evil.zip');
      },
      /evil\.zip: "\.\.\/evil\.png": .*expected names inside the archive/,
    ],
  ])('%s: exit code 4', async (_name, make, message) => {
    const { exitCode, out, errors, written } = await scan(MODEL, await make());
    expect(errors).toEqual([expect.stringMatching(message)]);
    expect([out, written]).toEqual(['', []]);
    expect(exitCode).toBe(4);
  });

  it('that are broken or empty are skipped, counted and shown', async () => {
    const data = await folder('some', { classes: 5, perClass: 8, ...size });
    await fs.writeFile(path.join(data, '0/0.png'), '');
    await fs.writeFile(path.join(data, '1/0.png'), 'no image');
    const { errors, report } = await scan(MODEL, data, '--only', '0');
    expect(errors).toEqual([]);
    const { samples, findings } = parseReport(await fs.readFile(report, 'utf8'));
    expect(samples).toMatchObject({ count: 38, skipped: 2 });
    expect(findings.map(({ message }) => message).join()).toMatch(/2 images could not be used, the first one is/);
  });

  it('on which the model only guesses make the scan inconclusive, whatever it finds', async () => {
    const { exitCode, out } = await scan(MODEL, undefined, '--only', '0');
    expect(out).toMatch(/^INCONCLUSIVE/);
    expect(out).toMatch(/preprocessing/);
    expect(exitCode).toBe(5);
  });
});
