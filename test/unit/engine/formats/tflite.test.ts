/** @file TensorFlow Lite models: reading, running, refusing, writing back. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { describe, expect, it } from 'vitest';
import { readModel } from '../../../../src/engine/formats';
import type { ModelFile } from '../../../../src/engine/formats/format';
import { attachedTexts } from '../../../../src/engine/formats/tflite/attachedTexts';
import { constantOf } from '../../../../src/engine/formats/tflite/constants';
import { Table } from '../../../../src/engine/formats/tflite/flatBuffer';
import { float32, floats } from '../../../../src/engine/graph/tensor';
import { readHints } from '../../../../src/engine/hints/modelHints';
import { ModelFormatError, UnsupportedModelError } from '../../../../src/engine/support/errors';
import { nodeFiles } from '../../../../src/runner/files/nodeFiles';
import { readGolden } from '../../../support/golden';
import { memoryFiles } from '../../../support/memoryFiles';
import { deviation } from '../../../support/runModel';

const FOLDER = path.join(import.meta.dirname, '../../../fixtures/tflite');
const MODELS = fs.readdirSync(FOLDER).filter((name) => name.endsWith('.tflite'));
/** Activations are whole numbers in these, or weights are and activations become so on the way. */
const ROUNDED = ['int8.tflite', 'int8-pixels.tflite', 'dynamic-range.tflite'];
const WHOLE = MODELS.filter((name) => !ROUNDED.includes(name));

const read = (name: string): Promise<ModelFile> => readModel(nodeFiles, path.join(FOLDER, name));
const bytesOf = (name: string): Uint8Array => new Uint8Array(fs.readFileSync(path.join(FOLDER, name)));
const golden = (name: string): ReturnType<typeof readGolden> =>
  readGolden(path.join(FOLDER, name.replace('.tflite', '.golden.json')));

describe('models of the real converter', () => {
  it.each(WHOLE)('%s gives the results of its framework', async (name) => {
    const { x, y } = golden(name);
    const model = await read(name);
    expect(model.format).toBe('tflite');
    // float16 weights are the framework's own; it computes with their float32 values, as we do.
    expect(await deviation(model, x, y)).toBeLessThan(1e-4);
  });

  it.each(ROUNDED)('%s gives them but for rounding, which is left out', async (name) => {
    const { x, y } = golden(name);
    expect(await deviation(await read(name), x, y)).toBeLessThan(0.05);
  });

  it.each(WHOLE)('%s is written back byte for byte when nothing changes', async (name) => {
    const model = await read(name);
    const same = new Map([...model.weights].map((weight) => [weight, model.graph.initializers.get(weight)!]));
    expect(model.weights.size).toBeGreaterThan(6);
    expect((await model.write(same, name))[0]!.bytes).toEqual(bytesOf(name));
  });

  it.each(WHOLE)('%s keeps every changed weight, and nothing else changes', async (name) => {
    const model = await read(name);
    const changes = new Map(
      [...model.weights].map((weight, i) => {
        const { dims, data } = model.graph.initializers.get(weight)!;
        return [
          weight,
          float32(
            dims,
            Float32Array.from(data as Float32Array, (v) => (i % 2 === 0 ? 2 * v : v)),
          ),
        ];
      }),
    );
    const [file] = await model.write(changes, name);
    expect(file!.bytes).toHaveLength(bytesOf(name).length);
    const again = await readModel(memoryFiles({ [name]: file!.bytes }), name);
    for (const [weight, tensor] of changes) {
      expect(floats(again.graph.initializers.get(weight)!), weight).toEqual(tensor.data);
    }
  });
});

describe('quantised networks', () => {
  it('are read, said so, and offer no weights to repair', async () => {
    const model = await read('int8.tflite');
    expect(model.weights.size).toBe(0);
    expect(model.findings.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^The network is quantised\./),
    ]);
  });

  it('have numbers with a scale for all, or for each index of an axis', () => {
    const bytes = Uint8Array.of(0, 1, 2, 3, 4, 5);
    const data = { start: 0, end: 6 };
    const tensor = (scales: number[], zeroPoints: number[], axis: number) => ({
      ...{ index: 0, name: 'w', type: 'UINT8', dims: [2, 3], data, quantization: { scales, zeroPoints, axis } },
    });
    expect(constantOf(bytes, tensor([0.5], [2], 0), 'w')!.read().data).toEqual(
      Float32Array.of(-1, -0.5, 0, 0.5, 1, 1.5),
    );
    const perRow = constantOf(bytes, tensor([1, 10], [0, 3], 0), 'w')!;
    expect(perRow.read().data).toEqual(Float32Array.of(0, 1, 2, 0, 10, 20));
    const perColumn = constantOf(bytes, tensor([1, 10, 100], [0, 0, 0], 1), 'w', { perm: [1, 0] })!;
    expect(perColumn).toMatchObject({ dims: [3, 2], dtype: 'float32' });
    expect(perColumn.read().data).toEqual(Float32Array.of(0, 3, 10, 40, 200, 500));
  });
});

describe('class names behind a model', () => {
  it('are read and used', async () => {
    const model = await read('labelled.tflite');
    const { classNames, notes } = await readHints(nodeFiles, model, { classes: 5, channels: 1 });
    expect(classNames).toEqual(['one', 'two', 'three', 'four', 'five']);
    expect(notes).toEqual(['The class names are those in labels.txt in labelled.tflite.']);
  });

  it('are none where there is no archive, or a damaged one', () => {
    expect(attachedTexts(bytesOf('mnist-cnn.tflite')).size).toBe(0);
    const bytes = bytesOf('labelled.tflite');
    bytes[bytes.length - 5] = 255;
    expect(attachedTexts(bytes).size).toBe(0);
  });
});

describe('files that cannot be read', () => {
  it('because they are cut off or point elsewhere', async () => {
    const bytes = bytesOf('mnist-cnn.tflite');
    for (const length of [8, 100, bytes.length >> 1, bytes.length - 64]) {
      const reading = readModel(memoryFiles({ 'a.tflite': bytes.subarray(0, length) }), 'a.tflite');
      await expect(reading).rejects.toThrow(ModelFormatError);
    }
    expect(() => Table.root(Uint8Array.of(255, 255, 255, 127, 0, 0, 0, 0)).int32(0)).toThrow(/points out of the file/);
  });

  it('because of an operator that is not known', async () => {
    const reading = readModel(nodeFiles, path.join(FOLDER, '../bad/cumsum.tflite'));
    await expect(reading).rejects.toThrow(UnsupportedModelError);
    await expect(reading).rejects.toThrow(/operators that are not supported: CUMSUM/);
  });
});
