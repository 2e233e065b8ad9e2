/** @file Which format a file is, decided by content, and what users hear about files of other kinds. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { gzipSync, strToU8, zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import {
  ModelFormatError,
  NeuralCleanseError,
  UnsupportedModelError,
  UsageError,
} from '../../../../src/engine/support/errors';
import { detectFormat, FORMATS, readModel } from '../../../../src/engine/formats';
import type { FormatId } from '../../../../src/engine/formats/format';
import { nodeFiles } from '../../../../src/runner/files/nodeFiles';
import { memoryFiles } from '../../../support/memoryFiles';

const FIXTURES = path.join(import.meta.dirname, '../../../fixtures');

function fixture(...names: string[]): Uint8Array {
  return new Uint8Array(fs.readFileSync(path.join(FIXTURES, ...names)));
}

function fixtures(folder: string): string[] {
  const names = fs.readdirSync(path.join(FIXTURES, folder));
  if (folder === 'tfjs') return names.map((name) => path.join(FIXTURES, folder, name, 'model.json'));
  return names.filter((name) => !/\.(json|data)$/.test(name)).map((name) => path.join(FIXTURES, folder, name));
}

async function failure(
  contents: Readonly<Record<string, Uint8Array | string>>,
  file: string,
): Promise<NeuralCleanseError> {
  const bytes = Object.entries(contents).map(
    ([name, content]) => [name, typeof content === 'string' ? strToU8(content) : content] as const,
  );
  const error: unknown = await readModel(memoryFiles(Object.fromEntries(bytes)), file).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof NeuralCleanseError) return error;
  throw new Error(`Expected a named error, got ${String(error)}`);
}

describe('the format of a file', () => {
  const folders: [string, FormatId][] = [
    ['keras-h5', 'keras-h5'],
    ['keras-v3', 'keras-v3'],
    ['onnx', 'onnx'],
    ['tfjs', 'tfjs-layers'],
  ];

  it.each(folders)('of every fixture in %s is %s', async (folder, id) => {
    const files = fixtures(folder);
    expect(files.length).toBeGreaterThan(10);
    for (const file of files) expect([file, (await detectFormat(nodeFiles, file))?.id]).toEqual([file, id]);
  });

  it('is claimed by one reader only', async () => {
    for (const [folder] of folders) {
      for (const file of fixtures(folder)) {
        const head = await nodeFiles.read(file, 0, 4096);
        const claims: string[] = [];
        for (const format of FORMATS) if (await format.detect(nodeFiles, file, head)) claims.push(format.id);
        expect([file, claims.length]).toEqual([file, 1]);
      }
    }
  });

  it.each([
    [
      'keras-h5/logits.h5',
      'model.onnx',
      'The file is named .onnx, but its content is Keras HDF5; it was read as that.',
    ],
    [
      'keras-v3/logits.keras',
      'model.h5',
      'The file is named .h5, but its content is Keras archive; it was read as that.',
    ],
    ['onnx/cnn-opset13.onnx', 'model.keras', 'The file is named .keras, but its content is ONNX; it was read as that.'],
  ])('is not taken from the name: %s as %s', async (name, wrong, message) => {
    const model = await readModel(memoryFiles({ [wrong]: fixture(name) }), wrong);
    expect(model.findings[0]).toEqual({ severity: 'warning', message });
  });

  it('is no reason to warn when the name agrees or says nothing', async () => {
    const bytes = fixture('onnx/cnn-opset13.onnx');
    for (const name of ['model.onnx', 'MODEL.ONNX', 'model']) {
      expect((await readModel(memoryFiles({ [name]: bytes }), name)).findings).toEqual([]);
    }
  });
});

describe('a folder', () => {
  it('stands for the model.json in it', async () => {
    const model = await readModel(nodeFiles, path.join(FIXTURES, 'tfjs', 'mnist-cnn'));
    expect(model.format).toBe('tfjs-layers');
    expect(path.basename(model.path)).toBe('model.json');
  });

  it('stands for the only model in it', async () => {
    const files = memoryFiles({
      'm/net.bin': fixture('onnx/cnn-opset13.onnx'),
      'm/notes.txt': strToU8('hello'),
      'm/empty': new Uint8Array(),
    });
    expect((await readModel(files, 'm')).path).toBe('m/net.bin');
  });

  it('with several models or none needs a choice', async () => {
    const bytes = fixture('onnx/cnn-opset13.onnx');
    const several = await failure({ 'm/a.onnx': bytes, 'm/b.onnx': bytes }, 'm');
    expect(several).toBeInstanceOf(UsageError);
    expect(several.message).toBe(
      'm: the folder holds several model files (expected one model, got a.onnx, b.onnx). Name the file.',
    );
    expect((await failure({ 'm/a.txt': 'hello' }, 'm')).message).toContain('m: the folder holds no model file');
  });

  it('of a SavedModel in text is explained', async () => {
    const error = await failure({ 'm/saved_model.pbtxt': 'x', 'm/variables/variables.index': 'x' }, 'm');
    expect(error).toBeInstanceOf(UnsupportedModelError);
    expect(error.message).toMatch(/^m: the folder is a TensorFlow SavedModel in text\. .*tf2onnx/);
  });
});

describe('files of other kinds', () => {
  const header = (text: string, at: number): Uint8Array =>
    Uint8Array.of(...new Uint8Array(at), ...strToU8(text), ...new Uint8Array(600));
  const zip = (...names: string[]): Uint8Array =>
    zipSync(Object.fromEntries(names.map((name) => [name, strToU8('x')])));

  it.each<[string, Uint8Array | string, string, RegExp]>([
    ['net.pt2', zip('net/archive_format', 'net/models/model.json'), 'a torch.export program', /torch\.onnx\.export/],
    ['net.pkl', Uint8Array.of(0x80, 4, 0x95, 10, 0x6c, 0xfc), 'a pickle that PyTorch did not write', /torch\.onnx/],
    ['net.ort', header('ORTM', 4), 'an ONNX Runtime (ORT) model', /made from/],
    ['net.gguf', header('GGUF', 0), 'a GGUF language model', /supported/],
    [
      'model.json',
      '{"class_name": "Sequential", "config": {}}',
      'a Keras architecture without weights',
      /weights file/,
    ],
  ])('%s: %s', async (name, content, got, hint) => {
    const error = await failure({ [name]: content }, name);
    expect(error).toBeInstanceOf(UnsupportedModelError);
    expect(error.details).toMatchObject({ file: name, got });
    expect(error.message).toMatch(hint);
  });

  it.each<[string, Uint8Array | string, string]>([
    ['a.npz', zip('images.npy', 'labels.npy'), 'NumPy arrays'],
    ['a.npy', Uint8Array.of(0x93, ...strToU8('NUMPY')), 'a NumPy array'],
    ['a.h5', fixture('bad/png.h5'), 'a PNG image'],
    ['a.jpg', Uint8Array.of(0xff, 0xd8, 0xff, 0xe0), 'a JPEG image'],
    ['a.onnx', fixture('bad/json.onnx'), 'a JSON file without a model'],
    ['a.h5', fixture('bad/html.h5'), 'a web page'],
    ['a.h5', fixture('bad/lfs-pointer.h5'), 'a Git LFS pointer'],
    ['a.h5.gz', gzipSync(fixture('keras-h5/logits.h5')), 'a gzip archive'],
    ['a.tar', header('ustar', 257), 'a tar archive'],
    ['a.zip', zip('readme.txt'), 'a ZIP archive without a Keras model in it'],
    ['a.txt', 'Just some words.\nAnd ümlauts.', 'a text file'],
    ['a.bin', Uint8Array.of(1, 2, 3, 4, 250, 251), 'unknown data'],
  ])('%s: %s', async (name, content, got) => {
    const error = await failure({ [name]: content }, name);
    expect(error).toBeInstanceOf(ModelFormatError);
    expect(error.details).toMatchObject({ file: name, got });
  });

  it('are empty or missing', async () => {
    expect((await failure({ 'a.h5': new Uint8Array() }, 'a.h5')).message).toBe('a.h5: the file is empty.');
    const missing = await failure({}, 'b.h5');
    expect(missing).toBeInstanceOf(UsageError);
    expect(missing.message).toBe('b.h5: there is no such file or folder.');
  });
});

describe('errors', () => {
  it('carry the name of the file and keep their class and details', async () => {
    const error = await failure({ 'models/net.onnx': fixture('bad/custom-op.onnx') }, 'models/net.onnx');
    expect(error).toBeInstanceOf(UnsupportedModelError);
    expect(error.details.file).toBe('net.onnx');
    expect(error.message).toContain(
      'net.onnx: the model uses operators that are not supported: com.example.Swirl ("relu1")',
    );
  });

  it('of writing carry it too', async () => {
    const files = { ...memoryFiles({ 'net.onnx': fixture('onnx/fp16.onnx') }) };
    const model = await readModel(files, 'net.onnx');
    const [[name, tensor] = []] = [...model.graph.initializers].filter(([key]) => model.weights.has(key));
    const huge = { ...tensor!, data: new Float32Array(tensor!.data.length).fill(1e6) };
    await expect(model.write(new Map([[name!, huge]]), 'x.onnx')).rejects.toThrow(
      /^net\.onnx: ".*": a repaired weight does not fit/,
    );
  });
});
