/** @file Damaged files of every format either read or fail with a named error: no crash, no hang (vitest ends it), no runaway memory. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { strToU8 } from 'fflate';
import { expect, it } from 'vitest';
import { NeuralCleanseError } from '../../src/engine/support/errors';
import { readModel } from '../../src/engine/formats';
import type { ModelFile } from '../../src/engine/formats/format';
import { classifierOf } from '../../src/engine/classify/classifier';
import { memoryFiles } from './memoryFiles';
import { mutate, Random } from './mutate';

const FIXTURES = path.join(import.meta.dirname, '../fixtures');

/** Per fixture, the same ones in every run, at least 200 a format; `npm run bench:fuzz` makes ten times as many. */
const MUTATIONS = 20 * Number(process.env['FUZZ'] ?? 1);

const MEMORY_LIMIT = 256 * 2 ** 20;

/** Of formats whose models are folders. */
const MAIN_FILES: Readonly<Record<string, string>> = {
  tfjs: 'model.json',
  'tfjs-graph': 'model.json',
  'saved-model': 'saved_model.pb',
};

interface Subject {
  readonly name: string;
  readonly main: string;
  /** Of files that hold weights only. */
  readonly architecture?: string;
  readonly contents: Readonly<Record<string, Uint8Array>>;
}

/** Every fixture with the files it is made of. */
function subjects(folder: string): Subject[] {
  const root = path.join(FIXTURES, folder);
  const load = (base: string, names: readonly string[]): Record<string, Uint8Array> =>
    Object.fromEntries(names.map((name) => [name, new Uint8Array(fs.readFileSync(path.join(base, name)))]));
  const names = fs
    .readdirSync(root)
    .filter((name) => !name.endsWith('.json') && !(folder === 'torch' && /\.onnx$/.test(name)));
  const main = MAIN_FILES[folder];
  if (main !== undefined) {
    return names.map((name) => {
      const parts = fs.readdirSync(path.join(root, name), { recursive: true, encoding: 'utf8' });
      const files = parts.filter((part) => /\.\w+/.test(path.basename(part)) && !part.endsWith('golden.json'));
      return { name: `${folder}/${name}`, main, contents: load(path.join(root, name), files) };
    });
  }
  const all = fs.readdirSync(root);
  return names
    .filter((name) => !name.endsWith('.data'))
    .map((name) => {
      const architecture = name.replace(/(\.weights)?\.h5$/, '.architecture.json').replace(/\.pth$/, '.onnx');
      const parts = all.filter((part) => [name, `${name}.data`, architecture].includes(part));
      const subject = { name: `${folder}/${name}`, main: name, contents: load(root, parts) };
      return architecture !== name && all.includes(architecture) ? { ...subject, architecture } : subject;
    });
}

function read({ contents, main, architecture }: Omit<Subject, 'name'>): Promise<ModelFile> {
  return readModel(memoryFiles(contents), main, architecture === undefined ? {} : { architecture });
}

/** What is wrong with the way a file fails; `undefined` if nothing is. */
async function complaint(subject: Omit<Subject, 'name'>): Promise<string | undefined> {
  const memory = process.memoryUsage().arrayBuffers;
  let wrong: string | undefined;
  try {
    const model = await read(subject);
    try {
      classifierOf(model.graph);
    } catch (error) {
      if (!(error instanceof NeuralCleanseError)) wrong = `behind the reader: ${stack(error)}`;
    }
  } catch (error) {
    if (!(error instanceof NeuralCleanseError)) wrong = stack(error);
    else if (error.details.file === undefined) wrong = `no file name: ${error.message}`;
  }
  if (process.memoryUsage().arrayBuffers - memory > MEMORY_LIMIT) wrong = 'allocated too much';
  return wrong;
}

function stack(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** Tests with every fixture in `folder`; in a file of its own for each format, so that they run side by side. */
export function testDamagedFiles(folder: string): void {
  it.each(subjects(folder))('$name', async (subject) => {
    const { name, contents } = subject;
    const random = new Random(strToU8(name).reduce((hash, byte) => (hash * 31 + byte) >>> 0, 7));
    const complaints: string[] = [];
    for (let i = 0; i < MUTATIONS; i++) {
      const part = random.pick(Object.keys(contents));
      let bytes = contents[part] ?? new Uint8Array();
      for (let n = 1 + random.below(2); n > 0 && bytes.length > 0; n--) bytes = mutate(bytes, random);
      const wrong = await complaint({ ...subject, contents: { ...contents, [part]: bytes } });
      if (wrong !== undefined) complaints.push(`mutation ${String(i)} of ${part}: ${wrong}`);
    }
    expect(complaints).toEqual([]);
    // A library that gave up on a damaged file must not have broken for the next one.
    expect((await read(subject)).graph.nodes.length).toBeGreaterThan(0);
  });
}
