import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { expect, it } from 'vitest';
import { readModel } from '../../../../src/engine/formats';
import { float32, floats } from '../../../../src/engine/graph/tensor';
import { nodeFiles } from '../../../../src/runner/files/nodeFiles';
import { temporaryFolder } from '../../../support/temporaryFolder';

it('gives bytes that can be copied: a Buffer only pretends to', async () => {
  const file = path.join(await temporaryFolder(), 'a');
  await fs.writeFile(file, '0123');
  for (const bytes of [await nodeFiles.read(file), await nodeFiles.read(file, 1, 2), nodeFiles.readSync!(file, 0, 4)]) {
    bytes.slice()[0] = 0;
    expect(bytes[0]).not.toBe(0);
  }
});

it('lets a model be written twice, each time from the file as it is', async () => {
  const fixtures = path.join(import.meta.dirname, '../../../fixtures');
  for (const name of ['torch/vgg-bn.safetensors', 'torch/densenet-legacy.pth', 'tflite/mnist-cnn.tflite']) {
    const model = await readModel(nodeFiles, path.join(fixtures, name));
    const [first, second] = [...model.weights];
    const zeros = (weight: string) => {
      const before = model.graph.initializers.get(weight)!;
      return new Map([
        [
          weight,
          float32(
            before.dims,
            floats(before).map(() => 0),
          ),
        ],
      ]);
    };
    const original = await model.write(new Map(), 'a');
    await model.write(zeros(first!), 'a');
    expect(await model.write(new Map(), 'a')).toEqual(original);
    expect(await model.write(zeros(second!), 'a')).not.toEqual(original);
  }
});
