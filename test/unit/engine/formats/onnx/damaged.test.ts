/** @file ONNX files that are damaged, hostile or beyond what is supported, and how little harm they do. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { describe, expect, it } from 'vitest';
import { ModelFormatError, NeuralCleanseError, UnsupportedModelError } from '../../../../../src/engine/support/errors';
import { onnx } from '../../../../../src/engine/formats/onnx';
import { toNumbers } from '../../../../../src/engine/graph/tensor';
import { nodeFiles } from '../../../../../src/runner/files/nodeFiles';
import { floatTensor, functionMessage, tensorMessage } from '../../../../support/onnxFile';
import { failure, read, small } from '../../../../support/smallOnnx';

const FIXTURES = path.join(import.meta.dirname, '../../../../fixtures');

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
    expect(error.message).toMatch(/^the data is damaged at byte \d+/);
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
