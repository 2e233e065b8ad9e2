import { expect, it } from 'vitest';
import { shiftRandomly } from '../../../../src/engine/training/augment';
import { judgeAttack } from '../../../../src/engine/attack/backdoor';
import { trainBadNets, type BadNetsOptions } from '../../../../src/engine/attack/badnets';
import { encodeNetwork } from '../../../../src/engine/attack/encodeNetwork';
import { makeBackdoors, type BackdoorOptions } from '../../../../src/engine/attack/makeBackdoors';
import { readModel } from '../../../../src/engine/formats';
import { classifierOf } from '../../../../src/engine/classify/classifier';
import { Random } from '../../../../src/engine/support/random';
import { createOnnxRuntime } from '../../../../src/engine/runtime/onnxruntime';
import { RAW } from '../../../../src/engine/samples/preprocessing/preprocessing';
import { blobs } from '../../../support/blobs';
import { memoryFiles } from '../../../support/memoryFiles';

const TRAINING = { architecture: 'mnist', classes: 3, ratio: 0.2, epochs: 3, shift: 1, batch: 32, seed: 1 } as const;
const PATCH = { positions: ['bottom-right'], size: 4, pattern: 'white', seed: 1 } as const;

async function attack(options: Partial<BackdoorOptions>, training: Partial<BadNetsOptions> = {}) {
  const runtime = await createOnnxRuntime({ library: 'onnxruntime-node', provider: 'cpu', threads: 1 });
  const train = blobs(600);
  const backdoors = makeBackdoors(train, 3, { targets: [1], ...PATCH, ...options });
  return trainBadNets(runtime, train, blobs(90), { ...TRAINING, backdoors, ...training });
}

it('trains a model that is right on clean images and obeys the trigger, and writes it as ONNX', async () => {
  const model = await attack({});
  expect(model.cleanAccuracy).toBeGreaterThan(0.95);
  expect(model.backdoors).toHaveLength(1);
  expect(model.backdoors[0]!.attackSuccess).toBeGreaterThan(0.95);

  const files = memoryFiles({ 'model.onnx': encodeNetwork(model.graph, 3) });
  const read = await readModel(files, 'model.onnx');
  expect(classifierOf(read.graph)).toMatchObject({ classes: 3, head: 'softmax', input: { channels: 1, height: 28 } });
});

it('plants a trigger for each of several labels', async () => {
  const model = await attack({ targets: [0, 2], pattern: 'noise', size: 6 }, { ratio: 0.4, epochs: 6 });
  expect(model.cleanAccuracy).toBeGreaterThan(0.95);
  expect(model.backdoors.map(({ target }) => target)).toEqual([0, 2]);
  for (const { attackSuccess } of model.backdoors) expect(attackSuccess).toBeGreaterThan(0.95);
});

it('plants several triggers for one label', async () => {
  const model = await attack({ positions: ['top-left', 'right'] }, { ratio: 0.4 });
  expect(model.backdoors.map(({ target }) => target)).toEqual([1, 1]);
  for (const { attackSuccess } of model.backdoors) expect(attackSuccess).toBeGreaterThan(0.95);
});

it('plants a trigger that only images of one label obey', async () => {
  const model = await attack({ source: 2 }, { ratio: 0.5, epochs: 4 });
  const [backdoor] = model.backdoors;
  expect(model.cleanAccuracy).toBeGreaterThan(0.95);
  expect(backdoor!.attackSuccess).toBeGreaterThan(0.95);
  const runtime = await createOnnxRuntime({ library: 'onnxruntime-node', provider: 'cpu', threads: 1 });
  const elsewhere = { ...backdoor!, source: 0 };
  const judged = await judgeAttack(runtime, classifierOf(model.graph), RAW, blobs(90), [elsewhere]);
  expect(judged.backdoors[0]!.attackSuccess).toBeLessThan(0.05);
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
