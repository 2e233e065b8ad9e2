/** @file TensorFlow.js layers models: reading, running, refusing, writing back. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { describe, expect, it } from 'vitest';
import { ModelFormatError, NeuralCleanseError, UnsupportedModelError } from '../../../../src/engine/support/errors';
import type { Files } from '../../../../src/engine/support/files';
import type { ModelFile } from '../../../../src/engine/formats/format';
import { tfjsLayers } from '../../../../src/engine/formats/tfjs';
import { float32, floats, type Tensor } from '../../../../src/engine/graph/tensor';
import { nodeFiles } from '../../../../src/runner/files/nodeFiles';
import { readGolden } from '../../../support/golden';
import { memoryFiles } from '../../../support/memoryFiles';
import { deviation, runGraph } from '../../../support/runModel';

const FIXTURES = path.join(import.meta.dirname, '../../../fixtures');
const FOLDER = path.join(FIXTURES, 'tfjs');
const MODELS = fs.readdirSync(FOLDER);

const main = (name: string): string => path.join(FOLDER, name, 'model.json');

async function read(name: string): Promise<ModelFile> {
  return tfjsLayers.read(nodeFiles, main(name), {});
}

async function failure(files: Files, file: string): Promise<NeuralCleanseError> {
  const error: unknown = await tfjsLayers.read(files, file, {}).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof NeuralCleanseError) return error;
  throw new Error(`Expected a named error, got ${String(error)}`);
}

/** The files of a model written under a name, and the model read again from them. */
async function rewrite(
  model: ModelFile,
  weights: ReadonlyMap<string, Tensor>,
  name: string,
): Promise<{ contents: Record<string, Uint8Array>; again: ModelFile }> {
  const files = await model.write(weights, name);
  const contents = Object.fromEntries(files.map((file) => [file.name, file.bytes]));
  return { contents, again: await tfjsLayers.read(memoryFiles(contents), name, {}) };
}

/** The weight with the value of its middle element taken by the first, so that quantised types can hold it. */
function changed(model: ModelFile, name: string): Tensor {
  const tensor = model.graph.initializers.get(name)!;
  const data = floats(tensor).slice();
  const other = data.findIndex((value) => value !== data[0]);
  data[0] = data[other] ?? 0;
  return { ...tensor, data };
}

describe('models of the real converter', () => {
  it('are there', () => {
    expect(MODELS.length).toBeGreaterThan(8);
  });

  it.each(MODELS)('%s gives the results of its framework', async (name) => {
    const { x, y } = readGolden(path.join(FOLDER, name, 'golden.json'));
    expect(await deviation(await read(name), x, y)).toBeLessThan(1e-4);
  });

  it.each(MODELS)('%s is written back byte for byte when nothing changes', async (name) => {
    const model = await read(name);
    const same = new Map([...model.weights].map((weight) => [weight, model.graph.initializers.get(weight)!]));
    for (const weights of [new Map<string, Tensor>(), same]) {
      const files = await model.write(weights, 'model.json');
      expect(files.map((file) => file.name)).toEqual(model.parts.map((part) => path.basename(part)));
      for (const file of files) {
        expect(fs.readFileSync(path.join(FOLDER, name, file.name)).equals(file.bytes)).toBe(true);
      }
    }
  });

  it.each(MODELS)('%s keeps everything but the weight that changes', async (name) => {
    const model = await read(name);
    const names = [...model.weights];
    const weight = names[names.length >> 1]!;
    const tensor = changed(model, weight);
    const { contents, again } = await rewrite(model, new Map([[weight, tensor]]), 'model.json');
    for (const other of names) {
      const expected = other === weight ? tensor : model.graph.initializers.get(other)!;
      expect(floats(again.graph.initializers.get(other)!)).toEqual(expected.data);
    }
    let bytes = 0;
    for (const [file, content] of Object.entries(contents)) {
      const original = new Uint8Array(fs.readFileSync(path.join(FOLDER, name, file)));
      expect(content).toHaveLength(original.length);
      bytes += original.filter((byte, i) => byte !== content[i]).length;
    }
    expect(bytes).toBeGreaterThan(0);
    expect(bytes).toBeLessThanOrEqual(4);
  });

  it('gets files of its own under another name', async () => {
    const model = await read('functional');
    const { contents, again } = await rewrite(model, new Map(), 'fixed.json');
    expect(Object.keys(contents).slice(0, 3)).toEqual([
      'fixed.json',
      'fixed.group1-shard1of7.bin',
      'fixed.group1-shard2of7.bin',
    ]);
    expect([...again.weights]).toEqual([...model.weights]);
    const [before, after] = [
      fs.readFileSync(main('functional'), 'utf8'),
      new TextDecoder().decode(contents['fixed.json']),
    ];
    expect(after).toBe(before.replaceAll('"group1-shard', '"fixed.group1-shard'));
  });
});

describe('quantised weights', () => {
  it('refuse a value beyond their range', async () => {
    const model = await read('uint8');
    const tensor = changed(model, 'hidden/kernel');
    floats(tensor)[0] = 100;
    const written = model.write(new Map([['hidden/kernel', tensor]]), 'model.json');
    await expect(written).rejects.toThrow(UnsupportedModelError);
    await expect(written).rejects.toThrow(/weight "hidden\/kernel".*uint8 between -0\.7668 and 0\.7608, got 100/);
  });

  it('take the nearest step', async () => {
    const model = await read('uint16');
    const name = [...model.weights].find((weight) => weight.endsWith('kernel'))!;
    const tensor = model.graph.initializers.get(name)!;
    const data = floats(tensor).map((value) => value * 0.9);
    const { again } = await rewrite(model, new Map([[name, { ...tensor, data }]]), 'model.json');
    const result = floats(again.graph.initializers.get(name)!);
    const span = Math.max(...floats(tensor)) - Math.min(...floats(tensor));
    result.forEach((value, i) => {
      expect(Math.abs(value - data[i]!)).toBeLessThan(span / 65535 / 2 + 1e-6);
    });
  });
});

describe('models saved by TensorFlow.js itself', () => {
  const topology = {
    class_name: 'Sequential',
    config: {
      name: 'sequential_1',
      layers: [
        { class_name: 'Flatten', config: { name: 'flat', batch_input_shape: [null, 1, 2, 1], dtype: 'float32' } },
        { class_name: 'Dense', config: { name: 'dense_Dense1', units: 2, activation: 'hard_sigmoid', use_bias: true } },
      ],
    },
    keras_version: 'tfjs-layers 4.22.0',
    backend: 'tensor_flow.js',
  };
  const weights = [
    { name: 'dense_Dense1/kernel', shape: [2, 2], dtype: 'float32' },
    { name: 'dense_Dense1/bias', shape: [2], dtype: 'float32' },
  ];
  const data = new Uint8Array(Float32Array.of(1, 2, 3, 4, 0.5, -0.5).buffer);
  const model = (manifest: unknown, rest: object = {}): Uint8Array =>
    new TextEncoder().encode(JSON.stringify({ modelTopology: topology, weightsManifest: manifest, ...rest }));

  it('are read, with the functions of Keras 2', async () => {
    const files = memoryFiles({
      'm/model.json': model([{ paths: ['./model.weights.bin'], weights }]),
      'm/model.weights.bin': data,
    });
    const read = await tfjsLayers.read(files, 'm/model.json', {});
    // hard_sigmoid(z) = 0.2 z + 0.5 of z = [1, 2; 3, 4]ᵀ · [0.1, -0.2] + [0.5, -0.5] = [0, -1.1]
    const y = await runGraph(read.graph, float32([1, 1, 1, 2], [0.1, -0.2]));
    expect(floats(y)[0]).toBeCloseTo(0.5, 6);
    expect(floats(y)[1]).toBeCloseTo(0.28, 6);
    expect((await read.write(new Map(), 'model.json')).map((file) => file.name)).toEqual([
      'model.json',
      'model.weights.bin',
    ]);
    expect((await read.write(new Map(), 'b.json')).map((file) => file.name)).toEqual(['b.json', 'b.model.weights.bin']);
  });

  it('must keep every weight in a file of the folder', async () => {
    for (const paths of [['../w.bin'], ['w.bin', 'w.bin'], ['/w.bin'], [3]]) {
      const files = memoryFiles({ 'm/model.json': model([{ paths, weights }]), 'm/w.bin': data, 'w.bin': data });
      expect(await failure(files, 'm/model.json')).toBeInstanceOf(ModelFormatError);
    }
  });

  it('must have a sound manifest', async () => {
    const manifests: [unknown, RegExp][] = [
      [undefined, /weightsManifest: the list of weights is wrong \(expected a list, got nothing\)/],
      [[{ paths: ['w.bin'] }], /weightsManifest\[0\]\.weights/],
      [[{ paths: ['w.bin'], weights: [{ name: 'x', dtype: 'float32' }] }], /weight "x"/],
      [[{ paths: ['w.bin'], weights: [{ ...weights[0], dtype: 'int32' }, weights[1]] }], /expected float32.*got int32/],
      [
        [{ paths: ['w.bin'], weights: [{ ...weights[0], shape: [4] }, weights[1]] }],
        /"dense_Dense1".*\[2, 2\], got \[4\]/,
      ],
      [
        [{ paths: ['w.bin'], weights: [{ ...weights[0], quantization: { dtype: 'uint8', scale: 'x', min: 0 } }] }],
        /weight "dense_Dense1\/kernel": quantization/,
      ],
    ];
    for (const [manifest, text] of manifests) {
      const files = memoryFiles({ 'm/model.json': model(manifest), 'm/w.bin': data });
      expect((await failure(files, 'm/model.json')).message).toMatch(text);
    }
  });
});

describe('bad files', () => {
  const [malformed, unsupported] = [ModelFormatError, UnsupportedModelError];
  const cases: [string, typeof malformed | typeof unsupported, RegExp][] = [
    ['absolute-path', malformed, /weight file is named wrongly.*\/etc\/hostname/],
    ['path-escape', malformed, /weight file is named wrongly.*\.\.\/\.\.\/x\.bin/],
    ['path-escape-backslash', malformed, /weight file is named wrongly/],
    ['url-path', malformed, /https:\/\/example\.com\/x\.bin: a weight file is missing/],
    ['huge-shape', malformed, /do not fit the weights \(expected 4000000002544 bytes, got 4056 bytes\)/],
    ['long-shard', malformed, /expected 4056 bytes, got 4120 bytes/],
    ['short-shard', malformed, /expected 4056 bytes, got 3956 bytes/],
    ['missing-shard', malformed, /group1-shard1of1\.bin: a weight file is missing/],
    ['missing-weight', malformed, /"conv_same", weight "kernel": a weight is missing/],
    ['negative-shape', malformed, /weight "conv_same\/kernel".*\[-3,5,1,6\]/],
    ['not-json', malformed, /not JSON/],
    ['unknown-dtype', unsupported, /weight "conv_same\/kernel".*complex256/],
  ];

  it.each(cases)('%s', async (name, kind, text) => {
    const error = await failure(nodeFiles, path.join(FIXTURES, 'bad/tfjs', name, 'model.json'));
    expect(error).toBeInstanceOf(kind);
    expect(error.message).toMatch(text);
  });
});
