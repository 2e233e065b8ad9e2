import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { describe, expect, it } from 'vitest';
import { isNamedLikeModel, looksLikeModel, modelsInFolder } from '../../../../src/runner/files/modelFiles';
import { ROOT } from '../../../support/project';
import { temporaryFolder } from '../../../support/temporaryFolder';

const fixture = (name: string): string => path.join(ROOT, 'test/fixtures', name);

describe('looksLikeModel', () => {
  it.each([
    'keras-h5/mnist-cnn.h5',
    'keras-h5/weights-only.h5',
    'torch/resnet-basic.pth',
    'torch/densenet-legacy.pth',
    'torch/vgg-bn.safetensors',
    'tflite/mnist-cnn.tflite',
    'frozen-pb/mnist-cnn.pb',
    'saved-model/mnist-cnn/saved_model.pb',
    'tfjs-graph/mnist-cnn/model.json',
    'keras-h5/weights-only-k3.weights.h5',
    'bad/lambda.h5',
    'bad/truncated.h5',
  ])('takes %s for a model', async (name) => {
    expect(await looksLikeModel(fixture(name))).toBe(true);
  });

  it.each([
    'samples/pairs.h5',
    'bad/not-a-model.h5',
    'bad/html.h5',
    'bad/lfs-pointer.h5',
    'bad/png.h5',
    'bad/zero-byte.h5',
  ])('does not take %s for one', async (name) => {
    expect(await looksLikeModel(fixture(name))).toBe(false);
  });

  it('does not take other protobuf files for graphs of TensorFlow', async () => {
    const file = path.join(await temporaryFolder(), 'keys.pb');
    await fs.writeFile(file, Uint8Array.of(0x0a, 4, 0x0a, 2, 1, 2, 0x12, 3, 65, 66, 67));
    expect(await looksLikeModel(file)).toBe(false);
  });

  it('takes all Keras files for models', async () => {
    for (const name of await fs.readdir(fixture('keras-h5'))) {
      if (name.endsWith('.h5')) expect(await looksLikeModel(fixture(`keras-h5/${name}`)), name).toBe(true);
    }
  });

  it('tells a TensorFlow.js model from other JSON, and never takes a folder', async () => {
    const folder = await temporaryFolder();
    const file = path.join(folder, 'model.json');
    await fs.writeFile(file, '{"name": "a project", "model": true}');
    expect(await looksLikeModel(file)).toBe(false);
    await fs.writeFile(file, '{"format": "layers-model", "modelTopology": {}, "weightsManifest": []}');
    expect(await looksLikeModel(file)).toBe(true);
    await fs.mkdir(path.join(folder, 'looks.onnx'));
    expect(await looksLikeModel(path.join(folder, 'looks.onnx'))).toBe(false);
    await fs.writeFile(path.join(folder, 'b.onnx'), 'x');
    await fs.writeFile(path.join(folder, 'readme.txt'), 'x');
    expect(await modelsInFolder(folder)).toEqual([path.join(folder, 'b.onnx'), file]);
  });
});

describe('isNamedLikeModel', () => {
  it('goes by what package.json calls a name', () => {
    expect(
      ['A.ONNX', 'b.keras', 'c.h5', 'e.PT', 'f.safetensors', 'g.tflite', 'h.pb', 'model.json', 'd.txt'].filter(
        isNamedLikeModel,
      ),
    ).toEqual(['A.ONNX', 'b.keras', 'c.h5', 'e.PT', 'f.safetensors', 'g.tflite']);
  });
});
