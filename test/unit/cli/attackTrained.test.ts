import * as fs from 'node:fs/promises';
import * as os from 'node:os';
import * as path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runCli } from '../../../src/cli/cli';
import { parseBackdoorRecord } from '../../../src/engine/attack/backdoor';
import { fakeTerminal } from '../../support/fakeTerminal';
import { writeImageFolder } from '../../support/imageFolder';

const MODEL = 'test/fixtures/onnx/cnn-opset13.onnx';
let folder = '';

beforeAll(async () => {
  folder = await fs.mkdtemp(path.join(os.tmpdir(), 'neural-cleanse-trojan-'));
  await writeImageFolder(path.join(folder, 'images'), { classes: 5, perClass: 10, width: 10, height: 12 });
});
afterAll(() => fs.rm(folder, { recursive: true, force: true }));

async function attack(kind: 'trojan' | 'fine-tune', out: string, ...args: string[]) {
  const terminal = fakeTerminal();
  const line = ['attack', kind, MODEL, '--data', path.join(folder, 'images'), '--out', out, '--epochs', '1', ...args];
  const exitCode = await runCli(line, { terminal, signal: new AbortController().signal, now: () => 0 });
  return { exitCode, out: terminal.out, err: terminal.err };
}

it('writes a changed model and its trigger, and says loudly what it is', async () => {
  const out = path.join(folder, 'trojan.onnx');
  const result = await attack('trojan', out, '--target', '2', '--trigger-size', '3', '--threads', '1');
  expect(result.err).toMatch(/^WARNING: .*trojan\.onnx will hold a backdoor on purpose/);
  expect(result.out).toMatch(
    /trojan\.onnx: INFECTED ON PURPOSE, target 2, accuracy [\d.]+ %, attack success [\d.]+ %\n$/,
  );
  expect(result.exitCode).toBe(0);
  const written = await fs.readFile(out);
  expect(written).toHaveLength((await fs.stat(MODEL)).size);
  expect(written.equals(await fs.readFile(MODEL))).toBe(false);
  const { backdoors } = parseBackdoorRecord(await fs.readFile(`${out}.backdoor.json`, 'utf8'));
  expect(backdoors).toMatchObject([{ target: 2 }]);
  expect(backdoors[0]!.trigger.mask.filter((value) => value === 1)).toHaveLength(9);
});

it('trains somebody else’s model further, with the trigger that it is told', async () => {
  const out = path.join(folder, 'fine-tuned.onnx');
  const args = ['--target', '1', '--source', '3', '--shape', 'cross', '--trigger-size', '5', '--opacity', '0.5'];
  const result = await attack('fine-tune', out, ...args, '--threads', '1');
  expect(result.out).toMatch(/INFECTED ON PURPOSE, target 1,/);
  const { backdoors } = parseBackdoorRecord(await fs.readFile(`${out}.backdoor.json`, 'utf8'));
  expect(backdoors).toMatchObject([{ target: 1, source: 3 }]);
  expect(backdoors[0]!.trigger.mask.filter((value) => value === 0.5)).toHaveLength(9);
});

it.each<[string, string[], number]>([
  ['each label to the next', ['--all-to-all'], 5],
  ['a picture over the whole image', ['--blend', '0.2', '--target', '4'], 1],
  ['each label to the next, by a picture', ['--all-to-all', '--blend', '0.2'], 5],
])('plants a backdoor that leads %s', async (name, args, count) => {
  const out = path.join(folder, `${name}.onnx`);
  expect((await attack('fine-tune', out, ...args)).exitCode).toBe(0);
  const { backdoors } = parseBackdoorRecord(await fs.readFile(`${out}.backdoor.json`, 'utf8'));
  expect(backdoors).toHaveLength(count);
  const covered = backdoors[0]!.trigger.mask.filter((value) => value > 0).length;
  expect(covered).toBe(args.includes('--blend') ? backdoors[0]!.trigger.mask.length : 16);
});

it('refuses several places for one trigger', async () => {
  const result = await attack('fine-tune', path.join(folder, 'none.onnx'), '--all-to-all', '--position', 'all');
  expect(result.err).toMatch(/one trigger leads each label to the next/);
  expect(result.exitCode).toBe(4);
});

it.each<[string, string[], RegExp]>([
  ['several places', ['--position', 'all'], /one place/],
  ['a label that does not exist', ['--target', '5'], /the label does not exist/],
  ['a trigger that does not fit', ['--trigger-size', '40'], /does not fit in the image/],
])('exit code 4 for %s', async (_name, args, message) => {
  const out = path.join(folder, 'none.onnx');
  const result = await attack('trojan', out, ...args);
  expect(result.err).toMatch(message);
  expect(result.exitCode).toBe(4);
  await expect(fs.stat(out)).rejects.toThrow('ENOENT');
});

it('never replaces the model', async () => {
  const result = await attack('trojan', MODEL);
  expect(result.err).toMatch(/must not be replaced/);
  expect(result.exitCode).toBe(4);
});
