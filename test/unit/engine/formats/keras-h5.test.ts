/** @file Keras models in HDF5: files of Keras 1, 2 and 3, reading, running, refusing, writing back. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { describe, expect, it } from 'vitest';
import { ModelFormatError, NeuralCleanseError, UnsupportedModelError } from '../../../../src/engine/support/errors';
import type { ModelFile } from '../../../../src/engine/formats/format';
import { kerasH5 } from '../../../../src/engine/formats/keras-h5';
import { floats, type Tensor } from '../../../../src/engine/graph/tensor';
import { nodeFiles } from '../../../../src/runner/files/nodeFiles';
import { readGolden } from '../../../support/golden';
import { hdf5Contents } from '../../../support/hdf5Contents';
import { memoryFiles } from '../../../support/memoryFiles';
import { deviation } from '../../../support/runModel';

const FIXTURES = path.join(import.meta.dirname, '../../../fixtures');
const FOLDER = path.join(FIXTURES, 'keras-h5');
const FILES = fs.readdirSync(FOLDER).filter((name) => name.endsWith('.h5'));

const stem = (name: string): string => name.replace(/(\.weights)?\.h5$/, '');

async function read(name: string): Promise<ModelFile> {
  const architecture = path.join(FOLDER, `${stem(name)}.architecture.json`);
  const options = fs.existsSync(architecture) ? { architecture } : {};
  return kerasH5.read(nodeFiles, path.join(FOLDER, name), options);
}

/** The model with some weights replaced, read again, and its bytes. */
async function rewrite(
  name: string,
  model: ModelFile,
  weights: ReadonlyMap<string, Tensor>,
): Promise<{ bytes: Uint8Array; again: ModelFile }> {
  const [written] = await model.write(weights, 'repaired.h5');
  if (written === undefined) throw new Error('nothing was written');
  const architecture = path.join(FOLDER, `${stem(name)}.architecture.json`);
  const beside = fs.existsSync(architecture) ? { 'model.json': new Uint8Array(fs.readFileSync(architecture)) } : {};
  const files = memoryFiles({ [written.name]: written.bytes, ...beside });
  const options = 'model.json' in beside ? { architecture: 'model.json' } : {};
  return { bytes: written.bytes, again: await kerasH5.read(files, written.name, options) };
}

/** The weight with its middle element changed to a number that every type of the fixtures holds exactly. */
function changed(model: ModelFile, name: string): Tensor {
  const tensor = model.graph.initializers.get(name)!;
  const data = floats(tensor).slice();
  data[data.length >> 1] = data[data.length >> 1] === 0.75 ? 0.5 : 0.75;
  return { ...tensor, data };
}

async function failure(file: string, contents?: Uint8Array): Promise<NeuralCleanseError> {
  const files = contents === undefined ? nodeFiles : memoryFiles({ [file]: contents });
  const error: unknown = await kerasH5.read(files, file, {}).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof NeuralCleanseError) return error;
  throw new Error(`Expected a named error, got ${String(error)}`);
}

describe('files of real Keras versions', () => {
  it('are there', () => {
    expect(FILES.length).toBeGreaterThan(40);
  });

  it.each(FILES)('%s gives the results of its framework', async (name) => {
    const { x, y } = readGolden(path.join(FOLDER, `${stem(name)}.golden.json`));
    expect(await deviation(await read(name), x, y)).toBeLessThan(name.includes('float16') ? 1e-2 : 1e-4);
  });

  it.each(FILES)('%s is written back byte for byte when nothing changes', async (name) => {
    const model = await read(name);
    const same = new Map([...model.weights].map((weight) => [weight, model.graph.initializers.get(weight)!]));
    const original = fs.readFileSync(path.join(FOLDER, name));
    for (const weights of [new Map<string, Tensor>(), same]) {
      const [written] = await model.write(weights, 'repaired.h5');
      expect(written?.name).toBe('repaired.h5');
      expect(original.equals(written!.bytes)).toBe(true);
    }
  });

  it.each(FILES)('%s keeps everything but the weight that changes', async (name) => {
    const model = await read(name);
    const names = [...model.weights];
    const weight = names[names.length >> 1]!;
    const tensor = changed(model, weight);
    const { bytes, again } = await rewrite(name, model, new Map([[weight, tensor]]));
    expect(floats(again.graph.initializers.get(weight)!)).toEqual(tensor.data);

    const original = new Uint8Array(fs.readFileSync(path.join(FOLDER, name)));
    const [before, after] = [await hdf5Contents(original), await hdf5Contents(bytes)];
    expect([...after.keys()]).toEqual([...before.keys()]);
    const different = [...before].filter(([key, content]) => after.get(key) !== content).map(([key]) => key);
    expect(different).toHaveLength(1);
    // Where nothing is compressed, only the bytes of that one number differ.
    if (/"filters":\[\{/.test(before.get(different[0]!)!)) return;
    expect(bytes).toHaveLength(original.length);
    expect(original.filter((byte, i) => byte !== bytes[i]).length).toBeLessThanOrEqual(4);
  });
});

describe('writing', () => {
  it('changes every weight where every weight changes', async () => {
    for (const name of ['gzip.h5', 'nested.h5', 'keras1-theano-th.h5', 'mobilenet.h5', 'float16.h5']) {
      const model = await read(name);
      const weights = new Map([...model.weights].map((weight) => [weight, changed(model, weight)]));
      const { again } = await rewrite(name, model, weights);
      for (const [weight, tensor] of weights) {
        expect(floats(again.graph.initializers.get(weight)!)).toEqual(tensor.data);
      }
    }
  });

  it('refuses a number that the type of the file cannot hold', async () => {
    const model = await read('float16.h5');
    const tensor = changed(model, 'hidden/kernel');
    floats(tensor)[3] = 1e6;
    const written = model.write(new Map([['hidden/kernel', tensor]]), 'x.h5');
    await expect(written).rejects.toThrow(UnsupportedModelError);
    await expect(written).rejects.toThrow(/hidden\/kernel.*float16.*1\.000e\+6/);
  });

  it('refuses numbers that are not finite', async () => {
    const model = await read('logits.h5');
    const tensor = changed(model, 'conv/kernel');
    floats(tensor)[0] = NaN;
    await expect(model.write(new Map([['conv/kernel', tensor]]), 'x.h5')).rejects.toThrow(/"conv".*NaN/);
  });
});

describe('weights and architecture', () => {
  it('names weights after layers', async () => {
    const nested = await read('nested.h5');
    expect([...nested.weights]).toEqual(
      expect.arrayContaining(['backbone/conv/kernel', 'backbone/inner/inner_bn/gamma']),
    );
  });

  it('reads a model as [N, C, H, W] with an open batch', async () => {
    expect((await read('mnist-cnn.h5')).graph.inputs).toEqual([
      { name: expect.any(String) as string, dtype: 'float32', dims: [null, 1, 14, 12] },
    ]);
    expect((await read('channels-first.h5')).graph.inputs[0]?.dims[1]).toBe(3);
    expect((await read('any-size.h5')).graph.inputs[0]?.dims).toEqual([null, 3, null, null]);
  });

  it('lists the architecture among the parts', async () => {
    const model = await read('weights-only.h5');
    expect(model.parts.map((part) => path.basename(part))).toEqual([
      'weights-only.h5',
      'weights-only.architecture.json',
    ]);
  });

  it('says how to give an architecture', async () => {
    const error = await failure(path.join(FOLDER, 'weights-only.h5'));
    expect(error).toBeInstanceOf(UnsupportedModelError);
    expect(error.message).toMatch(/weights only.*--architecture/);
  });
});

describe('bad files', () => {
  const [malformed, unsupported] = [ModelFormatError, UnsupportedModelError];
  const cases: [string, typeof malformed | typeof unsupported, RegExp][] = [
    ['broken-config', malformed, /model_config: .*not JSON/],
    ['deep-config', malformed, /model_config: .*500 levels/],
    ['cycle', malformed, /"max".*wait for inputs/],
    ['dangling-link', malformed, /predictions\/kernel:0: a link inside the file leads nowhere/],
    ['soft-link-loop', malformed, /predictions\/kernel:0: .*too many links/],
    ['hard-link-loop', malformed, /"predictions", weight "kernel": a weight is missing/],
    ['external-link', malformed, /predictions\/kernel:0: the file links to another file.*secret\.h5/],
    ['external-storage', malformed, /predictions\/kernel:0: the file keeps data in another file/],
    ['virtual-dataset', malformed, /predictions\/kernel:0: the file keeps data in other files.*secret\.h5/],
    ['huge-contiguous', malformed, /predictions\/kernel:0: .*larger than the file can hold.*4000000000000 bytes/],
    ['huge-shape', malformed, /predictions\/kernel:0: .*larger than the file can hold.*4000000000000 bytes/],
    ['huge-filters', malformed, /"conv", weight "kernel".*expected \[3, 3, 3, 1099511627776\], got \[3, 3, 3, 4\]/],
    ['wrong-shape', malformed, /"predictions", weight "kernel".*expected \[4, 5\], got \[5, 5\]/],
    ['missing-weights', malformed, /layer "predictions": the file has no weights/],
    ['nan-weights', malformed, /"predictions", weight "kernel".*NaN at element 7/],
    ['inf-weights', malformed, /"predictions", weight "kernel".*Infinity at element 11/],
    ['string-weights', malformed, /predictions\/kernel:0: a weight does not hold numbers/],
    ['empty', malformed, /not a Keras model/],
    ['not-a-model', malformed, /not a Keras model.*x_train/],
    ['garbage', malformed, /HDF5 file is damaged/],
    ['truncated', malformed, /HDF5 file is damaged.*truncated/],
    ['truncated-header', malformed, /HDF5 file is damaged/],
    ['weights-alone', unsupported, /weights only/],
    ['lzf', unsupported, /predictions\/kernel:0: .*compressed.*lzf/],
    ['lambda', unsupported, /Lambda "scale"/],
    ['custom-layer', unsupported, /Twice "twice"/],
    ['custom-activation', unsupported, /Conv2D "waved" with the activation mine>wave/],
    ['conv3d', unsupported, /Conv3D "conv3d"/],
    ['lstm', unsupported, /LSTM "lstm"/],
    ['text-embedding', unsupported, /Embedding "embedding"/],
    ['multi-input', unsupported, /2 inputs \(a, b\)/],
    ['tabular', unsupported, /does not take an image.*\[7\]/],
  ];

  it.each(cases)('%s.h5', async (name, kind, text) => {
    const error = await failure(path.join(FIXTURES, 'bad', `${name}.h5`));
    expect(error).toBeInstanceOf(kind);
    expect(error.message).toMatch(text);
  });

  it('ignores settings that would change JavaScript objects', async () => {
    const model = await kerasH5.read(nodeFiles, path.join(FIXTURES, 'bad/proto-config.h5'), {});
    expect(model.weights.size).toBeGreaterThan(0);
    expect(Object.keys(Object.prototype)).toEqual([]);
  });

  it('fails the same way however often it is asked, and sound files still read', async () => {
    for (let i = 0; i < 3; i++)
      expect((await failure(path.join(FIXTURES, 'bad/truncated.h5'))).message).toMatch(/truncated/);
    expect((await read('logits.h5')).weights.size).toBe(4);
  });
});
