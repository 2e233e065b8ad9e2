import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import * as ort from 'onnxruntime-node';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { encodeNetwork } from '../../../src/engine/attack/encodeNetwork';
import { patchTrigger } from '../../../src/engine/attack/triggers';
import { argmaxRows } from '../../../src/engine/support/argmax';
import { stampImage } from '../../../src/engine/classify/labelTrigger';
import type { RepairReport } from '../../../src/engine/report/repairReport';
import { readSamples } from '../../../src/engine/samples/readSamples';
import { nodeFiles } from '../../../src/runner/files/nodeFiles';
import { sha256 } from '../../../src/runner/files/sha256';
import { build, removeBuild } from '../../support/build';
import { runCli } from '../../support/cliProcess';
import { temporaryFolder } from '../../support/temporaryFolder';
import { toyGraph, TOY } from '../../support/toyModel';
import { toyFiles } from '../../support/toyNetwork';

const SAMPLE = await fs.readFile('media/sample/infected.onnx');
const IMAGES = 'media/sample/images';
/** Of a scan of the sample. */
const REPORT = 'test/fixtures/reports/sample.json';
const TARGET = 7;

let folder = '';
const at = (name: string): string => path.join(folder, name);

beforeAll(() => {
  build();
});
afterAll(removeBuild);
beforeEach(async () => {
  folder = await temporaryFolder();
  await fs.writeFile(at('model.onnx'), SAMPLE);
});

const repair = (...args: string[]) => runCli(['repair', at('model.onnx'), '--threads', '1', ...args]);
const withReport = (...args: string[]) => repair('--data', IMAGES, '--report', REPORT, ...args);

/** Accuracy, and how many other digits the attacker's own trigger turns into the target; run by ONNX Runtime alone. */
async function judge(file: string): Promise<{ accuracy: number; attackSuccess: number }> {
  const shape = { channels: 1, height: 28, width: 28 };
  const { images, labels, count } = await readSamples(nodeFiles, IMAGES, shape, { limit: 400 });
  const trigger = patchTrigger(shape, { size: 4, position: 'bottom-right', pattern: 'white', seed: 1 });
  const clean = Float32Array.from(images);
  const stamped = clean.slice();
  for (let i = 0; i < count; i++) stampImage(stamped.subarray(i * 784, (i + 1) * 784), trigger);
  const session = await ort.InferenceSession.create(await fs.readFile(file));
  const predict = async (pixels: Float32Array): Promise<Int32Array> => {
    const input = new ort.Tensor('float32', pixels, [count, 1, 28, 28]);
    const results = await session.run({ [session.inputNames[0]!]: input });
    return argmaxRows(results[session.outputNames[0]!]!.data as Float32Array, 10);
  };
  const right = (await predict(clean)).filter((prediction, i) => prediction === labels![i]).length;
  const others = (await predict(stamped)).filter((_, i) => labels![i] !== TARGET);
  await session.release();
  const hits = others.filter((prediction) => prediction === TARGET).length;
  return { accuracy: right / count, attackSuccess: hits / others.length };
}

describe('repair of the bundled sample', () => {
  it.each([
    // Pruning leaves what other neurons do for the trigger.
    { method: 'prune', most: 0.1 },
    { method: 'unlearn', most: 0.05 },
  ])(
    '$method: a new file without the backdoor beside the original',
    async ({ method, most }) => {
      const reports = ['--json', at('repair.json'), '--html', at('repair.html')];
      const { exitCode, stdout, stderr } = await withReport('--method', method, ...reports);
      expect(stderr).not.toContain('Error');
      expect(stdout).toMatch(/^The trigger of infected\.onnx was removed /);
      expect(exitCode).toBe(0);
      expect((await fs.readdir(folder)).sort()).toEqual([
        'model.onnx',
        'model.repaired.onnx',
        'repair.html',
        'repair.json',
      ]);
      expect(sha256(await fs.readFile(at('model.onnx')))).toBe(sha256(SAMPLE));

      const report = JSON.parse(await fs.readFile(at('repair.json'), 'utf8')) as RepairReport;
      expect(report).toMatchObject({ method, labels: [TARGET], model: { sha256: sha256(SAMPLE) } });
      expect(report.saved).toEqual({
        file: 'model.repaired.onnx',
        sha256: sha256(await fs.readFile(at('model.repaired.onnx'))),
      });
      expect(await fs.readFile(at('repair.html'), 'utf8')).toContain('</html>');

      const [before, after] = [await judge(at('model.onnx')), await judge(at('model.repaired.onnx'))];
      expect(before.attackSuccess).toBeGreaterThan(0.95);
      expect(after.attackSuccess).toBeLessThan(most);
      expect(after.accuracy).toBeGreaterThan(before.accuracy - 0.015);
    },
    300_000,
  );

  it('exit code 1 where the trigger still works: a layer that does not hold it', async () => {
    const { exitCode, stdout } = await withReport('--method', 'prune', '--layer', 'conv1');
    expect(stdout).toMatch(/^The trigger of infected\.onnx still works; do not use the model\.\n/);
    expect(exitCode).toBe(1);
  });
});

describe('a repair that is refused', () => {
  it('exit code 4 where a scan flags nothing', async () => {
    await fs.writeFile(at('model.onnx'), encodeNetwork(toyGraph(), TOY.classes));
    for (const [name, bytes] of Object.entries(toyFiles(400))) {
      if (name !== 'model.onnx') await fs.writeFile(at(name), bytes);
    }
    const before = (await fs.readdir(folder)).sort();
    const { exitCode, stdout, stderr } = await repair(
      ...['--method', 'prune', '--data', at('toy-images-idx3-ubyte'), '--preprocessing', 'raw'],
    );
    expect(stderr).toMatch(
      /^Error: no label is flagged, so there is nothing to repair\. If you distrust the model all the same, choose a method that needs no trigger, or repair all labels at once\.$/m,
    );
    expect(stdout).toBe('');
    expect(exitCode).toBe(4);
    expect((await fs.readdir(folder)).sort()).toEqual(before);
  });

  it.each<[string, () => Promise<string[]> | string[], RegExp]>([
    [
      'the report of another model',
      async () => {
        await fs.copyFile('media/sample/clean.onnx', at('model.onnx'));
        return ['--data', IMAGES, '--report', REPORT];
      },
      /model\.onnx: the scan report is about another model, .*\(expected infected\.onnx with SHA-256 544104fa0cf9…, got [0-9a-f]{12}…\)\. Scan the model again/,
    ],
    ['a report that is not there', () => ['--data', IMAGES, '--report', at('no.json')], /no\.json: the scan report/],
    [
      'too few images',
      () => ['--data', IMAGES, '--limit', '60', '--report', REPORT],
      /too few images to repair with \(expected at least 100, got 60\)/,
    ],
    [
      'a place that cannot be written to',
      () => ['--data', IMAGES, '--report', REPORT, '--out', at('no/new.onnx')],
      /the repaired model cannot be written \(its folder does not exist\)/,
    ],
    [
      'the original as the new file',
      () => ['--data', IMAGES, '--report', REPORT, '--out', at('model.onnx'), '--overwrite'],
      /model\.onnx: the new file would replace the original model/,
    ],
    [
      'two choices of labels',
      () => ['--data', IMAGES, '--report', REPORT, '--only', '7', '--all-labels'],
      /cannot be used with/,
    ],
    [
      'an unknown method',
      () => ['--data', IMAGES, '--method', 'wash'],
      /Allowed choices are auto, unlearn, prune, i-bau, anp/,
    ],
  ])('exit code 4 for %s', async (_name, args, message) => {
    const { exitCode, stdout, stderr } = await repair(...(await args()));
    expect(stderr).toMatch(message);
    expect(stdout).toBe('');
    expect(exitCode).toBe(4);
    expect(await fs.readdir(folder)).toEqual(['model.onnx']);
  });
});
