/** @file ONNX files of real exporters and of many dialects: reading, running, writing back. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ModelFile } from '../../../../src/engine/formats/format';
import { onnx } from '../../../../src/engine/formats/onnx';
import { float32, floats, toNumbers, type Tensor } from '../../../../src/engine/graph/tensor';
import { nodeFiles } from '../../../../src/runner/files/nodeFiles';
import { memoryFiles } from '../../../support/memoryFiles';
import { floatTensor, functionMessage, intTensor, tensorMessage } from '../../../support/onnxFile';
import { deviation, noise, runFile } from '../../../support/runModel';
import { read, small } from '../../../support/smallOnnx';

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
