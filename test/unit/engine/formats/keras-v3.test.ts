/** @file Keras archives: reading, running, refusing, writing back. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { unzipSync, zipSync, type Zippable } from 'fflate';
import { describe, expect, it } from 'vitest';
import { ModelFormatError, NeuralCleanseError, UnsupportedModelError } from '../../../../src/engine/support/errors';
import type { ModelFile } from '../../../../src/engine/formats/format';
import { kerasV3 } from '../../../../src/engine/formats/keras-v3';
import { crc32 } from '../../../../src/engine/support/crc32';
import { floats, type Tensor } from '../../../../src/engine/graph/tensor';
import { nodeFiles } from '../../../../src/runner/files/nodeFiles';
import { readGolden } from '../../../support/golden';
import { hdf5Contents } from '../../../support/hdf5Contents';
import { memoryFiles } from '../../../support/memoryFiles';
import { deviation } from '../../../support/runModel';

const FIXTURES = path.join(import.meta.dirname, '../../../fixtures');
const FOLDER = path.join(FIXTURES, 'keras-v3');
const FILES = fs.readdirSync(FOLDER).filter((name) => name.endsWith('.keras'));
const WEIGHTS = 'model.weights.h5';

const bytesOf = (name: string): Uint8Array => new Uint8Array(fs.readFileSync(path.join(FOLDER, name)));

async function read(bytes: Uint8Array): Promise<ModelFile> {
  return kerasV3.read(memoryFiles({ 'model.keras': bytes }), 'model.keras', {});
}

async function written(model: ModelFile, weights: ReadonlyMap<string, Tensor>): Promise<Uint8Array> {
  const [file] = await model.write(weights, 'repaired.keras');
  expect(file?.name).toBe('repaired.keras');
  return file!.bytes;
}

/** The weight with its middle element changed to a number that every type of the fixtures holds exactly. */
function changed(model: ModelFile, name: string): Tensor {
  const tensor = model.graph.initializers.get(name)!;
  const data = floats(tensor).slice();
  data[data.length >> 1] = data[data.length >> 1] === 0.75 ? 0.5 : 0.75;
  return { ...tensor, data };
}

async function failure(bytes: Uint8Array): Promise<NeuralCleanseError> {
  const error: unknown = await read(bytes).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof NeuralCleanseError) return error;
  throw new Error(`Expected a named error, got ${String(error)}`);
}

describe('files of real Keras versions', () => {
  it('are there', () => {
    expect(FILES.length).toBeGreaterThan(15);
  });

  it.each(FILES)('%s gives the results of its framework', async (name) => {
    const { x, y } = readGolden(path.join(FOLDER, name.replace('.keras', '.golden.json')));
    const model = await kerasV3.read(nodeFiles, path.join(FOLDER, name), {});
    expect(await deviation(model, x, y)).toBeLessThan(/float16/.test(name) ? 1e-2 : 1e-4);
  });

  it.each(FILES)('%s is written back byte for byte when nothing changes', async (name) => {
    const original = bytesOf(name);
    const model = await read(original);
    const same = new Map([...model.weights].map((weight) => [weight, model.graph.initializers.get(weight)!]));
    for (const weights of [new Map<string, Tensor>(), same]) {
      expect(Buffer.compare(await written(model, weights), original)).toBe(0);
    }
  });

  it.each(FILES)('%s keeps everything but the weight that changes', async (name) => {
    const original = bytesOf(name);
    const model = await read(original);
    const names = [...model.weights];
    const weight = names[names.length >> 1]!;
    const tensor = changed(model, weight);
    const bytes = await written(model, new Map([[weight, tensor]]));
    expect(floats((await read(bytes)).graph.initializers.get(weight)!)).toEqual(tensor.data);

    const [before, after] = [unzipSync(original), unzipSync(bytes)];
    expect(Object.keys(after)).toEqual(Object.keys(before));
    for (const member of Object.keys(before)) {
      if (member !== WEIGHTS) expect(Buffer.compare(after[member]!, before[member]!)).toBe(0);
    }
    const [old, now] = [await hdf5Contents(before[WEIGHTS]!), await hdf5Contents(after[WEIGHTS]!)];
    expect([...now.keys()]).toEqual([...old.keys()]);
    expect([...old].filter(([key, content]) => now.get(key) !== content)).toHaveLength(1);
  });
});

describe('archives', () => {
  const members = unzipSync(bytesOf('logits.keras')) as Record<string, Uint8Array> & Zippable;

  it('that are compressed keep what they hold besides the weights', async () => {
    const assets = { 'assets/labels.txt': new TextEncoder().encode('cat\ndog\n'.repeat(50)) };
    const original = zipSync({ ...assets, ...members }, { level: 6, comment: 'made by hand' } as object);
    const model = await read(original);
    expect(Buffer.compare(await written(model, new Map()), original)).toBe(0);
    const tensor = changed(model, 'conv/kernel');
    const bytes = await written(model, new Map([['conv/kernel', tensor]]));
    expect(floats((await read(bytes)).graph.initializers.get('conv/kernel')!)).toEqual(tensor.data);
    const after = unzipSync(bytes);
    expect(Object.keys(after)).toEqual(Object.keys(unzipSync(original)));
    expect(after['assets/labels.txt']).toEqual(assets['assets/labels.txt']);
  });

  it('are told from other zip files by their members', async () => {
    const detect = async (bytes: Uint8Array): Promise<boolean> =>
      kerasV3.detect(memoryFiles({ file: bytes }), 'file', bytes.subarray(0, 4096));
    expect(await detect(zipSync(members))).toBe(true);
    expect(await detect(zipSync({ 'config.json': members['config.json']!, [WEIGHTS]: members[WEIGHTS]! }))).toBe(true);
    expect(await detect(zipSync({ 'archive/data.pkl': new Uint8Array(10) }))).toBe(false);
    expect(await detect(new Uint8Array(5))).toBe(false);
    expect(await detect(bytesOf('logits.keras').subarray(0, 5000))).toBe(true);
  });

  it('have the checksum of ISO 3309', () => {
    expect(crc32(new TextEncoder().encode('123456789'))).toBe(0xcbf43926);
  });

  it('must not hold two members of one name', async () => {
    const other = WEIGHTS.replace('model', 'model'.replace('m', 'n'));
    const bytes = zipSync({ ...members, [other]: new Uint8Array(3) }, { level: 0 });
    const text = Buffer.from(bytes);
    for (let at = text.indexOf(other); at >= 0; at = text.indexOf(other, at + 1)) text.write(WEIGHTS, at);
    const error = await failure(new Uint8Array(text));
    expect(error.message).toMatch(
      /model\.weights\.h5: the archive is damaged \(expected one member of that name, got two\)/,
    );
  });

  it.each(['/etc/passwd', '..\\x', 'C:/x', 'a/../../b', 'a\\b'])('must not name %s', async (name) => {
    const error = await failure(zipSync({ ...members, [name]: new Uint8Array(3) }));
    expect(error).toBeInstanceOf(ModelFormatError);
    expect(error.message).toMatch(/names inside the archive/);
  });

  it('must not claim sizes that deflate cannot reach', async () => {
    const bytes = zipSync({ ...members, 'config.json': new Uint8Array(1000) }, { level: 9 });
    const directory = Buffer.from(bytes).lastIndexOf('config.json') - 46;
    new DataView(bytes.buffer).setUint32(directory + 24, 50_000_000, true);
    const error = await failure(bytes);
    expect(error.message).toMatch(
      /config\.json: the archive is damaged \(expected at most \d+ bytes, got 50000000 bytes\)/,
    );
  });

  it('must not let members overlap', async () => {
    const bytes = zipSync(members, { level: 0 });
    const directory = Buffer.from(bytes).lastIndexOf('metadata.json') - 46;
    const view = new DataView(bytes.buffer);
    view.setUint32(directory + 20, view.getUint32(directory + 20, true) + 1, true);
    expect((await failure(bytes)).message).toMatch(/metadata\.json: the archive is damaged/);
  });
});

describe('bad files', () => {
  const [malformed, unsupported] = [ModelFormatError, UnsupportedModelError];
  const cases: [string, typeof malformed | typeof unsupported, RegExp][] = [
    ['crc', malformed, /config\.json: .*checksum/],
    ['dotdot-entry', malformed, /evil\.txt.*leads out of it/],
    ['empty', malformed, /config\.json/],
    ['missing-config', malformed, /config\.json: a member of the archive is missing/],
    ['missing-weights', malformed, /model\.weights\.h5: a member of the archive is missing/],
    ['truncated', malformed, /the archive is damaged.*no directory/],
    ['weights-not-h5', malformed, /HDF5 file is damaged/],
    ['zip-bomb', malformed, /config\.json: .*got 200000000 bytes/],
    ['lambda', unsupported, /Lambda "scale"/],
    ['gru', unsupported, /GRU "gru"/],
  ];

  it.each(cases)('%s.keras', async (name, kind, text) => {
    const error = await failure(new Uint8Array(fs.readFileSync(path.join(FIXTURES, 'bad', `${name}.keras`))));
    expect(error).toBeInstanceOf(kind);
    expect(error.message).toMatch(text);
  });
});
