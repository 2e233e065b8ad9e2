/** @file ONNX files of real exporters and of many dialects: reading, running, refusing, writing back. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { describe, expect, it } from 'vitest';
import { ModelFormatError, NeuralCleanseError, UnsupportedModelError } from '../../../../src/engine/errors';
import type { ModelFile } from '../../../../src/engine/formats/format';
import { onnx } from '../../../../src/engine/formats/onnx';
import { float32, floats, toNumbers, type Tensor } from '../../../../src/engine/graph/tensor';
import { nodeFiles } from '../../../../src/runner/nodeFiles';
import { memoryFiles } from '../../../support/memoryFiles';
import {
  floatTensor,
  functionMessage,
  intTensor,
  modelFile,
  tensorMessage,
  type Message,
  type ModelSpec,
} from '../../../support/onnxFile';
import { deviation, noise, runFile } from '../../../support/runModel';

const FIXTURES = path.join(import.meta.dirname, '../../../fixtures');
const FILES = fs.readdirSync(path.join(FIXTURES, 'onnx')).filter((name) => name.endsWith('.onnx'));

interface Golden {
  readonly input: { readonly shape: number[]; readonly float32: string };
  readonly output: { readonly shape: number[]; readonly float32: string };
}

function tensorOf({ shape, float32: base64 }: Golden['input']): Tensor {
  return float32(shape, new Float32Array(new Uint8Array(Buffer.from(base64, 'base64')).buffer));
}

async function fixture(name: string): Promise<{ model: ModelFile; x: Tensor; y: Tensor }> {
  const file = path.join(FIXTURES, 'onnx', name);
  const golden = JSON.parse(fs.readFileSync(file.replace(/onnx$/, 'golden.json'), 'utf8')) as Golden;
  return { model: await onnx.read(nodeFiles, file, {}), x: tensorOf(golden.input), y: tensorOf(golden.output) };
}

/** A model `y = relu(x · w)` with `w [2, 3]`, unless told otherwise. */
function small(spec: Partial<ModelSpec> = {}): Message {
  return modelFile({
    opset: 17,
    nodes: [
      { op: 'MatMul', inputs: ['x', 'w'], outputs: ['h'], name: 'dense' },
      { op: 'Relu', inputs: ['h'], outputs: ['y'], name: 'relu' },
    ],
    initializers: [floatTensor('w', [2, 3], [1, 2, 3, 4, 5, 6])],
    inputs: [{ name: 'x', dims: ['n', 2] }],
    outputs: [{ name: 'y' }],
    ...spec,
  });
}

async function read(file: Message, beside: Readonly<Record<string, Uint8Array>> = {}): Promise<ModelFile> {
  return onnx.read(memoryFiles({ 'models/model.onnx': file, ...beside }), 'models/model.onnx', {});
}

async function failure(file: Message, beside: Readonly<Record<string, Uint8Array>> = {}): Promise<NeuralCleanseError> {
  const error: unknown = await read(file, beside).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof NeuralCleanseError) return error;
  throw new Error(`Expected a named error, got ${String(error)}`);
}

describe('files of real exporters', () => {
  it('are there', () => {
    expect(FILES.length).toBeGreaterThan(50);
  });

  it.each(FILES)('%s gives the results of its framework', async (name) => {
    const { model, x, y } = await fixture(name);
    expect(await deviation(model, x, y)).toBeLessThan(name.startsWith('fp16') ? 1e-2 : 1e-4);
  });

  it.each(FILES)('%s is written back byte for byte when nothing changes', async (name) => {
    const { model } = await fixture(name);
    for (const file of await model.write(new Map(), name)) {
      expect(Buffer.compare(file.bytes, fs.readFileSync(path.join(FIXTURES, 'onnx', file.name)))).toBe(0);
    }
  });

  it.each(FILES)('%s keeps changed weights', async (name) => {
    const { model } = await fixture(name);
    const changed = new Map(
      [...model.weights].map((weight) => {
        const tensor = model.graph.initializers.get(weight)!;
        return [
          weight,
          float32(
            tensor.dims,
            floats(tensor).map((value, i) => (i % 2 === 0 ? value : value * 0.75)),
          ),
        ];
      }),
    );
    expect(changed.size).toBeGreaterThan(0);
    const written = await model.write(changed, 'repaired.onnx');
    const files = memoryFiles(Object.fromEntries(written.map((file) => [file.name, file.bytes])));
    const again = await onnx.read(files, 'repaired.onnx', {});
    for (const [weight, tensor] of changed) {
      const [want, got] = [floats(tensor), floats(again.graph.initializers.get(weight)!)];
      // Stored as float16 the new value is the nearest one; every other kind holds it exactly.
      const exact = !name.startsWith('fp16');
      got.forEach((value, i) => {
        expect(Math.abs(value - want[i]!)).toBeLessThanOrEqual(exact ? 0 : Math.abs(want[i]!) * 2 ** -11 + 2 ** -25);
      });
    }
    expect(written.map((file) => file.name)).toEqual(
      model.parts.map((part) => path.basename(part).replace(name, 'repaired.onnx')),
    );
  });
});

describe('damaged and hostile files', () => {
  const expectations = JSON.parse(fs.readFileSync(path.join(FIXTURES, 'bad/expect.json'), 'utf8')) as Record<
    string,
    { kind: string }
  >;
  const bad = Object.entries(expectations).filter(([name]) => name.endsWith('.onnx'));

  it.each(bad)('%s: %o', async (name, { kind }) => {
    const file = path.join(FIXTURES, 'bad', name);
    const error: unknown = await onnx.read(nodeFiles, file, {}).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    if (kind === 'unsupported') expect(error).toBeInstanceOf(UnsupportedModelError);
    else if (kind === 'hostile') expect(error).toBeInstanceOf(ModelFormatError);
    // Whether the shapes fit together and what the model is for is decided behind the reader.
    else if (error !== undefined) expect(error).toBeInstanceOf(NeuralCleanseError);
  });

  it('refuses sizes that overflow before allocating', async () => {
    for (const dims of [[2 ** 31, 2 ** 31, 4], [2 ** 62], [-1, 6], [0, 2 ** 60]]) {
      const error = await failure(small({ initializers: [tensorMessage({ name: 'w', dims, type: 'float32' })] }));
      expect(error).toBeInstanceOf(ModelFormatError);
      expect(error.message).toContain('"w"');
    }
  });

  it('refuses too few and too many bytes', async () => {
    for (const bytes of [0, 20, 28]) {
      const raw = new Uint8Array(bytes);
      const error = await failure(
        small({ initializers: [tensorMessage({ name: 'w', dims: [2, 3], type: 'float32', raw })] }),
      );
      expect(error.summary).toBe('the data of a weight do not fit its shape');
      expect(error.details).toMatchObject({ expected: '24 bytes of float32', got: `${String(bytes)} bytes` });
    }
  });

  it.each([NaN, Infinity, -Infinity])('names a weight that holds %d', async (value) => {
    const error = await failure(small({ initializers: [floatTensor('w', [2, 3], [1, 2, value, 4, 5, 6])] }));
    expect(error.message).toBe(
      `"w": a weight is not a finite number (expected finite numbers, got ${String(value)} at element 2).`,
    );
  });

  it('accepts a lone infinity, which bounds and masks are made of', async () => {
    const model = await read(
      small({
        nodes: [{ op: 'Max', inputs: ['x', 'low'], outputs: ['y'] }],
        initializers: [floatTensor('low', [], [-Infinity])],
      }),
    );
    expect(toNumbers(model.graph.initializers.get('low')!)).toEqual([-Infinity]);
  });

  it('ignores what no output needs', async () => {
    const model = await read(
      small({
        nodes: [
          { op: 'Relu', inputs: ['x'], outputs: ['y'] },
          { op: 'Mystery', inputs: ['x', 'labels'], outputs: ['z'], domain: 'com.example' },
        ],
        initializers: [tensorMessage({ name: 'labels', dims: [2], type: 8 }), floatTensor('w', [1], [NaN])],
      }),
    );
    expect(model.graph.nodes.map((node) => node.op)).toEqual(['Relu']);
    expect(model.graph.initializers.size).toBe(0);
  });

  it('sorts nodes that are out of order', async () => {
    const file = small({
      nodes: [
        { op: 'Relu', inputs: ['b'], outputs: ['y'] },
        { op: 'Neg', inputs: ['a'], outputs: ['b'] },
        { op: 'MatMul', inputs: ['x', 'w'], outputs: ['a'] },
      ],
    });
    const model = await read(file);
    expect(model.graph.nodes.map((node) => node.op)).toEqual(['MatMul', 'Neg', 'Relu']);
  });

  it('names a cycle', async () => {
    const error = await failure(
      small({
        nodes: [
          { op: 'Add', inputs: ['x', 'b'], outputs: ['a'], name: 'first' },
          { op: 'Relu', inputs: ['a'], outputs: ['b'], name: 'second' },
          { op: 'Relu', inputs: ['b'], outputs: ['y'] },
        ],
      }),
    );
    expect(error.message).toBe('Add "first": the model feeds a value back into itself.');
  });

  it('names a layer whose shapes cannot go together', async () => {
    const error = await failure(
      small({
        nodes: [{ op: 'Concat', inputs: ['x', 'v'], outputs: ['y'], attributes: { axis: 1 }, name: 'join' }],
        initializers: [floatTensor('v', [1], [1])],
        inputs: [{ name: 'x', dims: [1, 2] }],
      }),
    );
    expect(error).toBeInstanceOf(ModelFormatError);
    expect(error.message).toContain('Concat "join": a shape does not fit');
  });

  it('names values that are missing or defined twice', async () => {
    const missing = await failure(small({ nodes: [{ op: 'Relu', inputs: ['nothing'], outputs: ['y'], name: 'r' }] }));
    expect(missing.message).toBe(
      'Relu "r": a value is used that nothing produces (expected the name of an input, a weight or an output of a node, got "nothing").',
    );
    const twice = await failure(
      small({
        nodes: [
          { op: 'Relu', inputs: ['x'], outputs: ['y'], name: 'r' },
          { op: 'Neg', inputs: ['x'], outputs: ['y'], name: 'n' },
        ],
      }),
    );
    expect(twice.message).toBe('Neg "n": the value "y" is defined twice.');
  });

  it('lists every operator that is not supported, at once', async () => {
    const error = await failure(
      small({
        nodes: [
          { op: 'Swirl', inputs: ['x'], outputs: ['a'], name: 's1' },
          { op: 'Swirl', inputs: ['a'], outputs: ['b'], name: 's2' },
          { op: 'FusedConv', inputs: ['b'], outputs: ['y'], name: 'f', domain: 'com.microsoft' },
        ],
      }),
    );
    expect(error).toBeInstanceOf(UnsupportedModelError);
    expect(error.message).toBe(
      'the model uses operators that are not supported: Swirl ("s1", "s2"), com.microsoft.FusedConv ("f"). The file was optimised for ONNX Runtime: export the model again without that step.',
    );
  });

  it.each([6, 29, 999])('refuses opset %d', async (opset) => {
    const error = await failure(small({ opset }));
    expect(error).toBeInstanceOf(UnsupportedModelError);
    expect(error.message).toContain(`got opset ${String(opset)}`);
  });

  it('says where the bytes are damaged', async () => {
    const file = small();
    const error = await failure(file.slice(0, -20));
    expect(error.message).toMatch(/^the ONNX data is damaged at byte \d+/);
  });

  it('refuses functions that call themselves', async () => {
    const call = { op: 'F', inputs: ['a'], outputs: ['b'], domain: 'local' };
    const definition = functionMessage({
      domain: 'local',
      name: 'F',
      inputs: ['a'],
      outputs: ['b'],
      nodes: [call],
      opset: 17,
    });
    const error = await failure(
      small({ nodes: [{ ...call, inputs: ['x'], outputs: ['y'] }], functions: [definition], domains: ['local'] }),
    );
    expect(error.message).toBe('function F: functions of the model call each other without end.');
  });

  it('refuses functions that multiply without bound', async () => {
    const functions = Array.from({ length: 30 }, (_, i) =>
      functionMessage({
        domain: 'local',
        name: `F${String(i)}`,
        inputs: ['a'],
        outputs: ['b'],
        opset: 17,
        nodes:
          i === 29
            ? []
            : [
                { op: `F${String(i + 1)}`, inputs: ['a'], outputs: ['b'], domain: 'local' },
                { op: `F${String(i + 1)}`, inputs: ['a'], outputs: ['c'], domain: 'local' },
              ],
      }),
    );
    const nodes = [{ op: 'F0', inputs: ['x'], outputs: ['y'], domain: 'local' }];
    expect(await failure(small({ nodes, functions, domains: ['local'] }))).toBeInstanceOf(ModelFormatError);
  });
});

describe('weights in other files', () => {
  const data = new Uint8Array(Float32Array.from([0, 1, 2, 3, 4, 5, 6]).buffer);
  const external = (entries: Record<string, string>): Message =>
    small({ initializers: [tensorMessage({ name: 'w', dims: [2, 3], type: 'float32', external: entries })] });

  it('are read at their offset', async () => {
    const model = await read(external({ location: 'sub/w.bin', offset: '4', length: '24' }), {
      'models/sub/w.bin': data,
    });
    expect(toNumbers(model.graph.initializers.get('w')!)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(model.parts).toEqual(['models/model.onnx', 'models/sub/w.bin']);
  });

  it('move with a new name of the model', async () => {
    const model = await read(external({ location: 'sub/w.bin', offset: '4' }), { 'models/sub/w.bin': data });
    const written = await model.write(new Map([['w', float32([2, 3], [1, 2, 9, 4, 5, 6])]]), 'new.onnx');
    expect(written.map((file) => file.name)).toEqual(['new.onnx', 'new.onnx.sub_w.bin']);
    expect([...new Float32Array(written[1]!.bytes.slice().buffer)]).toEqual([0, 1, 2, 9, 4, 5, 6]);
    const again = await onnx.read(
      memoryFiles(Object.fromEntries(written.map((file) => [file.name, file.bytes]))),
      'new.onnx',
      {},
    );
    expect(toNumbers(again.graph.initializers.get('w')!)).toEqual([1, 2, 9, 4, 5, 6]);
  });

  it('keep their names when the model keeps its own', async () => {
    const file = external({ location: 'w.bin', offset: '4' });
    const model = await read(file, { 'models/w.bin': data });
    const [main, beside] = await model.write(new Map(), 'model.onnx');
    expect(beside?.name).toBe('w.bin');
    expect(Buffer.compare(main!.bytes, file)).toBe(0);
  });

  it.each([
    ['a path out of the folder', { location: '../w.bin' }, 'outside the folder'],
    ['an absolute path', { location: '/w.bin' }, 'outside the folder'],
    ['a file that is not there', { location: 'v.bin' }, 'is missing'],
    ['no path', { offset: '4' }, 'does not say in which'],
    ['an offset behind the end', { location: 'w.bin', offset: '8' }, 'too short'],
    ['a huge offset', { location: 'w.bin', offset: '9223372036854775807' }, 'is wrong'],
    ['a negative offset', { location: 'w.bin', offset: '-4' }, 'is wrong'],
    ['a length that does not fit', { location: 'w.bin', length: '20' }, 'does not fit its shape'],
    ['the model itself', { location: 'model.onnx' }, 'by different names'],
  ])('are refused with %s', async (_title, entries, message) => {
    const error = await failure(external(entries), { 'models/w.bin': data, 'w.bin': data });
    expect(error).toBeInstanceOf(ModelFormatError);
    expect(error.message).toContain(message);
  });

  it('are left alone where two weights share bytes', async () => {
    const weight = (name: string): Message =>
      tensorMessage({ name, dims: [2, 3], type: 'float32', external: { location: 'w.bin' } });
    const file = small({
      nodes: [
        { op: 'MatMul', inputs: ['x', 'w'], outputs: ['a'] },
        { op: 'MatMul', inputs: ['x', 'v'], outputs: ['b'] },
        { op: 'Add', inputs: ['a', 'b'], outputs: ['y'] },
      ],
      initializers: [weight('w'), weight('v')],
    });
    expect([...(await read(file, { 'models/w.bin': data })).weights]).toEqual([]);
  });
});

describe('number types', () => {
  const halves = (values: readonly number[]): Uint8Array => new Uint8Array(Uint16Array.from(values).buffer);

  it('are read as float32', async () => {
    const model = await read(
      small({
        nodes: [
          { op: 'Add', inputs: ['x', 'half'], outputs: ['a'] },
          { op: 'Add', inputs: ['a', 'brain'], outputs: ['b'] },
          { op: 'Add', inputs: ['b', 'double'], outputs: ['y'] },
        ],
        initializers: [
          tensorMessage({ name: 'half', dims: [2], type: 'float16', integers: [0x3c00, 0xc000] }),
          tensorMessage({ name: 'brain', dims: [2], type: 'bfloat16', raw: halves([0x3f80, 0xc040]) }),
          tensorMessage({
            name: 'double',
            dims: [2],
            type: 'float64',
            raw: new Uint8Array(Float64Array.of(0.1, 7).buffer),
          }),
        ],
      }),
    );
    const value = (name: string): number[] => toNumbers(model.graph.initializers.get(name)!);
    expect(value('half')).toEqual([1, -2]);
    expect(value('brain')).toEqual([1, -3]);
    expect(value('double')).toEqual([Math.fround(0.1), 7]);
  });

  it('keep elements that did not change to the last bit', async () => {
    const double = Float64Array.of(0.1, 0.2);
    const model = await read(
      small({
        nodes: [{ op: 'Add', inputs: ['x', 'd'], outputs: ['y'] }],
        initializers: [tensorMessage({ name: 'd', dims: [2], type: 'float64', raw: new Uint8Array(double.buffer) })],
      }),
    );
    const [file] = await model.write(new Map([['d', float32([2], [Math.fround(0.1), 0.5])]]), 'm.onnx');
    const stored = Buffer.from(file!.bytes).indexOf(Buffer.from(new Uint8Array(Float64Array.of(0.1, 0.5).buffer)));
    expect(stored).toBeGreaterThan(0);
  });

  it('refuse values that they cannot hold', async () => {
    const model = await read(
      small({
        nodes: [{ op: 'Add', inputs: ['x', 'h'], outputs: ['y'] }],
        initializers: [tensorMessage({ name: 'h', dims: [2], type: 'float16', raw: halves([0x3c00, 0xc000]) })],
      }),
    );
    await expect(model.write(new Map([['h', float32([2], [1, 70000])]]), 'm.onnx')).rejects.toThrow(
      '"h": a repaired weight does not fit into the float16 numbers of the file (expected at most 6.55e+4, got 7.00e+4).',
    );
  });
});

describe('a function of the model', () => {
  it('is inlined with its attributes and renamed values', async () => {
    const act = functionMessage({
      domain: 'local',
      name: 'Act',
      inputs: ['a'],
      outputs: ['b'],
      opset: 17,
      nodes: [
        { op: 'LeakyRelu', inputs: ['a'], outputs: ['t'], attributes: { alpha: { reference: 'slope' } } },
        { op: 'Neg', inputs: ['t'], outputs: ['b'] },
      ],
    });
    const file = small({
      nodes: [
        { op: 'Act', inputs: ['x'], outputs: ['t'], domain: 'local', attributes: { slope: { float: 0.25 } } },
        { op: 'Act', inputs: ['t'], outputs: ['y'], domain: 'local', attributes: { slope: { float: 0.5 } } },
      ],
      functions: [act],
      domains: ['local'],
    });
    const x = noise([3, 2]);
    expect(await deviation(await read(file), x, await runFile(file, x))).toBe(0);
  });
});

describe('detection', () => {
  const detect = (bytes: Uint8Array): Promise<boolean> =>
    onnx.detect(memoryFiles({ file: bytes }), 'file', bytes.slice(0, 4096));

  it('goes by content', async () => {
    expect(await detect(small())).toBe(true);
    expect(await detect(small().slice(0, -30))).toBe(true);
    expect(await detect(new TextEncoder().encode('{"modelTopology": {}}'))).toBe(false);
    expect(await detect(new TextEncoder().encode(':colon first, as in some texts'))).toBe(false);
    expect(await detect(Uint8Array.of(0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a))).toBe(false);
    expect(await detect(new Uint8Array(100))).toBe(false);
  });

  it('finds a graph behind long metadata', async () => {
    const note = Uint8Array.of(8, 8, 0x32, 0x90, 0x4e, ...new Uint8Array(10_000).fill(65));
    expect(await detect(Uint8Array.of(...note, ...small().slice(2)))).toBe(true);
  });
});

it('keeps weights in Constant nodes writable', async () => {
  const file = small({
    nodes: [
      {
        op: 'Constant',
        inputs: [],
        outputs: ['w'],
        attributes: { value: { tensor: floatTensor('', [2, 3], [1, 2, 3, 4, 5, 6]) } },
      },
      { op: 'Constant', inputs: [], outputs: ['b'], attributes: { value_floats: { floats: [1, 2, 3] } } },
      { op: 'Constant', inputs: [], outputs: ['s'], attributes: { value_float: { float: 2 } } },
      { op: 'Constant', inputs: [], outputs: ['axes'], attributes: { value_ints: [0] } },
      { op: 'Gemm', inputs: ['x', 'w', 'b'], outputs: ['h'] },
      { op: 'Mul', inputs: ['h', 's'], outputs: ['y'] },
    ],
    initializers: [intTensor('unused', [1], [1])],
  });
  const model = await read(file);
  expect([...model.weights]).toEqual(['w', 'b', 's']);
  const [written] = await model.write(
    new Map([
      ['b', float32([3], [1, 5, 3])],
      ['s', float32([], [3])],
    ]),
    'm.onnx',
  );
  const again = await read(written!.bytes);
  expect(toNumbers(again.graph.initializers.get('b')!)).toEqual([1, 5, 3]);
  expect(toNumbers(again.graph.initializers.get('s')!)).toEqual([3]);
});
