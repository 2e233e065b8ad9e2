import { expect, it } from 'vitest';
import { shiftRandomly } from '../../../../src/engine/attack/augment';
import { trainBadNets } from '../../../../src/engine/attack/badnets';
import { encodeNetwork } from '../../../../src/engine/attack/encodeNetwork';
import { readModel } from '../../../../src/engine/formats';
import { classifierOf } from '../../../../src/engine/graph/classifier';
import { Random } from '../../../../src/engine/random';
import { createOnnxRuntime } from '../../../../src/engine/runtime/onnxruntime';
import type { Samples } from '../../../../src/engine/samples/samples';
import { memoryFiles } from '../../../support/memoryFiles';

/** Bright blobs at one of three places of a 28×28 image. */
function blobs(count: number): Samples {
  const random = new Random(11);
  const images = new Uint8Array(count * 784);
  const labels = Int32Array.from({ length: count }, (_, i) => i % 3);
  labels.forEach((label, i) => {
    for (let pixel = 0; pixel < 784; pixel++) {
      const [x, y] = [pixel % 28, Math.floor(pixel / 28)];
      const inside = Math.abs(x - 14) < 4 && Math.abs(y - 5 - 8 * label) < 4;
      images[i * 784 + pixel] = inside ? 140 + random.integer(100) : random.integer(40);
    }
  });
  return {
    ...{ channels: 1, height: 28, width: 28, path: 'blobs', source: 'blobs', images, count, labels, names: [] },
    ...{ available: count, skipped: [], splits: [], notes: [] },
  };
}

it('trains a model that is right on clean images and obeys the trigger, and writes it as ONNX', async () => {
  const runtime = await createOnnxRuntime({ library: 'onnxruntime-node', provider: 'cpu', threads: 1 });
  const model = await trainBadNets(runtime, blobs(600), blobs(90), {
    architecture: 'mnist',
    classes: 3,
    patch: { size: 4, position: 'bottom-right', pattern: 'white', seed: 1 },
    target: 1,
    ratio: 0.2,
    epochs: 3,
    shift: 1,
    batch: 32,
    seed: 1,
  });
  expect(model.cleanAccuracy).toBeGreaterThan(0.95);
  expect(model.attackSuccess).toBeGreaterThan(0.95);

  const files = memoryFiles({ 'model.onnx': encodeNetwork(model.graph, 3) });
  const read = await readModel(files, 'model.onnx');
  expect(classifierOf(read.graph)).toMatchObject({ classes: 3, head: 'softmax', input: { channels: 1, height: 28 } });
});

it('moves an image as a whole and fills in black', () => {
  const image = Float32Array.from([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  const moved = image.slice();
  const random = new Random(1);
  const seen = new Set<string>();
  for (let i = 0; i < 60; i++) {
    moved.set(image);
    shiftRandomly(moved, { channels: 1, height: 3, width: 3 }, 1, random);
    seen.add(moved.join());
  }
  expect(seen.size).toBe(9);
  expect(seen).toContain('1,2,3,4,5,6,7,8,9');
  expect(seen).toContain('0,0,0,1,2,3,4,5,6');
  expect(seen).toContain('2,3,0,5,6,0,8,9,0');
});
