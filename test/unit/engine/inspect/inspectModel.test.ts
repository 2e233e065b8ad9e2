import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { describe, expect, it } from 'vitest';
import { ModelFormatError, UsageError } from '../../../../src/engine/support/errors';
import { inspectModel } from '../../../../src/engine/inspect/inspectModel';
import { nodeFiles } from '../../../../src/runner/files/nodeFiles';
import { sha256 } from '../../../../src/runner/files/sha256';
import { ROOT } from '../../../support/project';

function inspect(file: string, options: { size?: [number, number] } = {}) {
  return inspectModel({ files: nodeFiles, model: path.join(ROOT, file), sha256, ...options });
}

describe('inspectModel', () => {
  it('lists layers with shapes and parameters', async () => {
    const file = 'media/sample/infected.onnx';
    const inspection = await inspect(file);
    const content = await fs.readFile(path.join(ROOT, file));
    expect(inspection).toMatchObject({
      file: 'infected.onnx',
      format: 'ONNX',
      bytes: content.length,
      sha256: sha256(content),
      input: { channels: 1, height: 28, width: 28 },
      classes: 10,
      head: 'softmax',
      findings: [],
    });
    const convolutions = inspection.layers.filter(({ operator }) => operator === 'Conv');
    // 16 kernels of 5×5 with bias; 32 of 16×5×5 with bias.
    expect(convolutions).toMatchObject([
      { shape: [null, 16, 24, 24], parameters: 16 * 25 + 16 },
      { shape: [null, 32, 8, 8], parameters: 32 * 16 * 25 + 32 },
    ]);
    expect(inspection.layers.at(-1)).toMatchObject({ operator: 'Softmax', shape: [null, 10], parameters: 0 });
    expect(inspection.parameters).toBe(inspection.layers.reduce((sum, { parameters }) => sum + parameters, 0));
  });

  it.each([
    ['test/fixtures/keras-h5/mnist-cnn.h5', 'Keras HDF5'],
    ['test/fixtures/keras-v3/mnist-cnn.keras', 'Keras archive'],
    ['test/fixtures/tfjs/mnist-cnn', 'TensorFlow.js layers model'],
  ])('knows %s', async (file, format) => {
    const inspection = await inspect(file);
    expect(inspection).toMatchObject({ format, classes: 5, parameters: 1014, findings: [] });
    expect(inspection.layers[0]).toMatchObject({ name: 'conv_valid', shape: [null, 6, 12, 8], parameters: 96 });
  });

  it('counts shared weights once and leaves arithmetic on shapes out', async () => {
    const shared = await inspect('test/fixtures/keras-h5/shared-layer.h5');
    const uses = shared.layers.filter(({ name }) => /^twice(:\d)?$/.test(name));
    expect(uses.map(({ parameters }) => parameters)).toEqual([84, 0, 0]);
    const vit = await inspect('test/fixtures/onnx/vit-dynamo.onnx');
    for (const { shape } of vit.layers) expect(shape).toBeDefined();
    expect(vit.layers.map(({ operator }) => operator)).not.toContain('Shape');
  });

  it('uses the size it is given where the file fixes none', async () => {
    const file = 'test/fixtures/keras-h5/any-size.h5';
    expect((await inspect(file, { size: [32, 48] })).layers[0]!.shape).toEqual([null, 5, 32, 48]);
    expect((await inspect(file)).findings).toMatchObject([{ severity: 'note', message: /224×224/ }]);
  });

  it.each([
    ['two-inputs.onnx', /cannot be scanned: the model is not an image classifier \(expected one input/, 12],
    ['segmentation.onnx', /cannot be scanned/, 1],
    ['regression.onnx', /regression/, 11],
    ['tokens.onnx', /4 dimensions/, 3],
  ])('shows %s although it cannot be scanned', async (file, message, layers) => {
    const inspection = await inspect(`test/fixtures/bad/${file}`);
    expect(inspection).toMatchObject({ findings: [{ severity: 'warning', message: message }] });
    expect(inspection.layers).toHaveLength(layers);
    expect(inspection).not.toHaveProperty('classes');
  });

  it('rejects what cannot be read', async () => {
    await expect(inspect('test/fixtures/bad/garbage.onnx')).rejects.toThrow(ModelFormatError);
    await expect(inspect('no/such/model.onnx')).rejects.toThrow(UsageError);
  });
});
