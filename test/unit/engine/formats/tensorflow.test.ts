/** @file Graphs of TensorFlow's operators, in all files that hold them: reading, running, refusing, writing back. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { describe, expect, it } from 'vitest';
import { readModel } from '../../../../src/engine/formats';
import type { ModelFile } from '../../../../src/engine/formats/format';
import { crc32c } from '../../../../src/engine/formats/saved-model/crc32c';
import { KnownValues } from '../../../../src/engine/formats/tensorflow/knownValues';
import { inlineFunctions } from '../../../../src/engine/formats/tensorflow/inlineFunctions';
import { GraphWriter } from '../../../../src/engine/formats/graphWriter';
import { float32, floats, int64 } from '../../../../src/engine/graph/tensor';
import { ModelFormatError, UnsupportedModelError } from '../../../../src/engine/support/errors';
import { nodeFiles } from '../../../../src/runner/files/nodeFiles';
import { readGolden } from '../../../support/golden';
import { memoryFiles } from '../../../support/memoryFiles';
import { deviation } from '../../../support/runModel';

const FIXTURES = path.join(import.meta.dirname, '../../../fixtures');

/** Format, its folder of fixtures, and the main file of a model as we give it. */
const KINDS = [
  ['tfjs-graph', 'tfjs-graph', 'model.json', 'golden.json'],
  ['tensorflow-graph', 'frozen-pb', '', ''],
  ['saved-model', 'saved-model', 'saved_model.pb', 'saved_model.golden.json'],
] as const;

const MODELS = KINDS.flatMap(([format, folder, main, golden]) =>
  fs
    .readdirSync(path.join(FIXTURES, folder))
    .filter((name) => !name.endsWith('.json'))
    .map((name) => {
      const place = path.join(FIXTURES, folder, name);
      const file = main === '' ? place : path.join(place, main);
      const goldenFile = golden === '' ? place.replace(/\.pb$/, '.golden.json') : path.join(place, golden);
      return { title: `${folder}/${name}`, format, file, golden: goldenFile };
    }),
);

/** The model read again from what was written under the name of its main file. */
async function rewritten(
  model: ModelFile,
  changes: ReadonlyMap<string, ReturnType<typeof float32>>,
): Promise<{ files: readonly { name: string; bytes: Uint8Array }[]; again: ModelFile }> {
  const main = path.basename(model.path);
  const files = await model.write(changes, main);
  const contents = Object.fromEntries(files.map(({ name, bytes }) => [name, bytes]));
  return { files, again: await readModel(memoryFiles(contents), main) };
}

describe('models of TensorFlow', () => {
  it('are there', () => {
    expect(MODELS.length).toBeGreaterThan(16);
  });

  it.each(MODELS)('$title gives the results of its framework', async ({ file, format, golden }) => {
    const { x, y } = readGolden(golden);
    const model = await readModel(nodeFiles, file);
    expect(model.format).toBe(format);
    expect(model.findings).toEqual([]);
    expect(await deviation(model, x, y)).toBeLessThan(1e-4);
  });

  it.each(MODELS)('$title is written back byte for byte when nothing changes', async ({ file }) => {
    const model = await readModel(nodeFiles, file);
    const same = new Map([...model.weights].map((name) => [name, model.graph.initializers.get(name)!]));
    for (const { name, bytes } of await model.write(same, path.basename(file))) {
      expect(fs.readFileSync(path.join(path.dirname(file), name)).equals(bytes), name).toBe(true);
    }
  });

  it.each(MODELS)('$title keeps every changed weight, and nothing else changes', async ({ file }) => {
    const model = await readModel(nodeFiles, file);
    const changes = new Map(
      [...model.weights].map((name, i) => {
        const { dims, data } = model.graph.initializers.get(name)!;
        return [
          name,
          float32(
            dims,
            Float32Array.from(data as Float32Array, (v) => (i % 2 === 0 ? v / 2 : v)),
          ),
        ];
      }),
    );
    const { files, again } = await rewritten(model, changes);
    for (const [name, tensor] of changes) {
      expect(floats(again.graph.initializers.get(name)!), name).toEqual(tensor.data);
    }
    for (const { name, bytes } of files) {
      expect(bytes, name).toHaveLength(fs.statSync(path.join(path.dirname(file), name)).size);
    }
  });
});

describe('a SavedModel', () => {
  const folder = path.join(FIXTURES, 'saved-model', 'mnist-cnn');
  const contents = Object.fromEntries(
    ['saved_model.pb', 'variables/variables.index', 'variables/variables.data-00000-of-00001'].map((name) => [
      name,
      new Uint8Array(fs.readFileSync(path.join(folder, name))),
    ]),
  );

  it('is a folder, and is written as one under another name', async () => {
    const model = await readModel(nodeFiles, folder);
    expect(model.parts.map((part) => path.relative(folder, part))).toEqual(Object.keys(contents));
    const files = await model.write(new Map(), 'fixed');
    expect(files.map(({ name }) => name)).toEqual(Object.keys(contents).map((name) => `fixed/${name}`));
    const fixed = memoryFiles(Object.fromEntries(files.map(({ name, bytes }) => [name, bytes])));
    expect((await readModel(fixed, 'fixed')).weights.size).toBe(model.weights.size);
  });

  it('calls its weights after the layers', async () => {
    expect([...(await readModel(nodeFiles, folder)).weights][0]).toBe('mnist_cnn/conv_valid/Conv2D/ReadVariableOp');
  });

  it('without its variables is refused, and so is one whose files are too short', async () => {
    const { 'saved_model.pb': graph, ...others } = contents;
    await expect(readModel(memoryFiles({ 'saved_model.pb': graph! }), 'saved_model.pb')).rejects.toThrow(
      UnsupportedModelError,
    );
    const [index] = Object.keys(others);
    const alone = memoryFiles({ 'saved_model.pb': graph!, [index!]: others[index!]! });
    await expect(readModel(alone, 'saved_model.pb')).rejects.toThrow(/a file of the variables is missing/);
    const data = 'variables/variables.data-00000-of-00001';
    const short = memoryFiles({ ...contents, [data]: contents[data]!.subarray(0, 1000) });
    await expect(readModel(short, 'saved_model.pb')).rejects.toThrow(/a variable does not lie in the files/);
  });
});

describe('a checksum', () => {
  // RFC 3720, appendix B.4.
  it('is that of CRC-32C', () => {
    expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
    expect(crc32c(new Uint8Array(32).fill(255))).toBe(0x62a8ab43);
    expect(crc32c(Uint8Array.from({ length: 32 }, (_, i) => i))).toBe(0x46dd794e);
  });
});

describe('graphs that cannot be run', () => {
  const file = (nodes: readonly unknown[], weights: readonly unknown[] = []): ReturnType<typeof memoryFiles> =>
    memoryFiles({
      'model.json': JSON.stringify({
        format: 'graph-model',
        modelTopology: { node: nodes },
        weightsManifest: [{ paths: weights.length > 0 ? ['w.bin'] : [], weights }],
      }),
      'w.bin': new Uint8Array(64),
    });
  const image = {
    name: 'x',
    op: 'Placeholder',
    attr: { shape: { shape: { dim: [-1, 4, 4, 3].map((size) => ({ size })) } } },
  };

  it.each<[string, readonly unknown[], RegExp]>([
    ['unknown operators', [image, { name: 'y', op: 'Lstm', input: ['x'] }], /operators that are not supported: Lstm/],
    ['no image', [{ name: 'y', op: 'Relu', input: ['y'] }], /nodes wait for each other|does not take one image/],
    [
      'a circle',
      [
        image,
        { name: 'a', op: 'AddV2', input: ['x', 'b'] },
        { name: 'b', op: 'Relu', input: ['a'] },
        { name: 'c', op: 'Relu', input: ['b'] },
      ],
      /nodes wait for each other/,
    ],
    ['a missing node', [image, { name: 'y', op: 'Relu', input: ['z'] }], /a node is missing/],
    [
      'a computed kernel',
      [image, { name: 'y', op: 'Conv2D', input: ['x', 'x'] }],
      /a kernel that the network computes/,
    ],
    [
      'an unknown shape',
      [
        { name: 'x', op: 'Placeholder' },
        { name: 'y', op: 'Relu', input: ['x'] },
      ],
      /what shape the input has/,
    ],
  ])('because of %s', async (_, nodes, message) => {
    const reading = readModel(file(nodes), 'model.json');
    await expect(reading).rejects.toThrow(message);
    await expect(reading).rejects.toThrow(/^model\.json: /);
  });

  it('because nothing says how large the images are', async () => {
    const folder = path.join(FIXTURES, 'bad/tfjs/graph-model');
    await expect(readModel(nodeFiles, folder)).rejects.toThrow(UnsupportedModelError);
  });

  it('because the topology is no graph', async () => {
    const files = memoryFiles({ 'model.json': '{"format": "graph-model", "modelTopology": 3, "weightsManifest": []}' });
    await expect(readModel(files, 'model.json')).rejects.toThrow(ModelFormatError);
  });
});

describe('a value known before running', () => {
  const writer = new GraphWriter();
  const shape = writer.node('Shape', 'shape', ['x'], {});
  const of = (axis: number): string =>
    writer.node('Gather', `size${axis}`, [shape, writer.constant('axis', int64([1], [axis]))], {});
  const input = { name: 'x', dtype: 'float32', dims: [null, 3, 5, 7] } as const;

  it('is one that comes from sizes of images', () => {
    const double = writer.node('Mul', 'double', [of(2), writer.constant('two', int64([1], [2]))], {});
    expect(new KnownValues(writer, input).of(double)).toEqual([10]);
  });

  it('is not one that comes from the batch or from the images', () => {
    expect(new KnownValues(writer, input).of(of(0))).toBeUndefined();
    expect(new KnownValues(writer, input).of(writer.node('Relu', 'relu', ['x'], {}))).toBeUndefined();
    expect(new KnownValues(writer, { ...input, dims: [null, 3, null, null] }).of(of(3))).toBeUndefined();
  });
});

describe('functions', () => {
  const node = (name: string, op: string, inputs: readonly string[], f?: string) => ({
    ...{ name, op, inputs },
    attributes: new Map(f === undefined ? [] : [['f', f]]),
  });

  it('take the place of their calls', () => {
    const body = {
      arguments: ['a'],
      nodes: [node('half', 'Split', ['a']), node('r', 'Relu', ['half:output:1'])],
      results: ['r:activations:0'],
    };
    expect(inlineFunctions([node('call', 'PartitionedCall', ['x'], 'body')], new Map([['body', body]]))).toMatchObject([
      { name: 'call/half', inputs: ['x'] },
      { name: 'call/r', inputs: ['call/half:1'] },
      { name: 'call', op: 'IdentityN', inputs: ['call/r'] },
    ]);
  });

  it('that call themselves are refused', () => {
    const body = { arguments: [], nodes: [node('again', 'PartitionedCall', [], 'body')], results: [] };
    const call = [node('call', 'PartitionedCall', [], 'body')];
    expect(() => inlineFunctions(call, new Map([['body', body]]))).toThrow(/without end/);
  });
});
