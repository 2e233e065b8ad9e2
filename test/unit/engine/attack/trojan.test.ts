import { beforeAll, expect, it } from 'vitest';
import { trainBadNets } from '../../../../src/engine/attack/badnets';
import { driveNeuron } from '../../../../src/engine/attack/drivenTrigger';
import { trojanModel, type TrojanOptions } from '../../../../src/engine/attack/trojan';
import { patchTrigger } from '../../../../src/engine/attack/triggers';
import { UsageError } from '../../../../src/engine/support/errors';
import { classifierOf, type Classifier } from '../../../../src/engine/classify/classifier';
import { neuronLayers, secondToLastLayer } from '../../../../src/engine/neurons/layers';
import { createOnnxRuntime } from '../../../../src/engine/runtime/onnxruntime';
import type { Runtime } from '../../../../src/engine/runtime/runtime';
import { RAW } from '../../../../src/engine/samples/preprocessing/preprocessing';
import { blobs } from '../../../support/blobs';
import { neuronModel, toySamples } from '../../../support/neuronModel';
import { TOY_TRIGGER_PIXEL } from '../../../support/toyModel';

let runtime: Runtime;
beforeAll(async () => {
  runtime = await createOnnxRuntime({ library: 'onnxruntime-node', provider: 'cpu', threads: 1 });
});

it('chooses a neuron that can be reached from inside the mask, and paints what drives it', async () => {
  const classifier = classifierOf(neuronModel());
  const samples = toySamples(64);
  // One pixel: the one that neuron 192 reads with the largest weight of all.
  const start = patchTrigger(samples, { size: 1, position: { x: 1, y: 1 }, pattern: 'noise', seed: 2 });
  expect(start.mask.indexOf(1)).toBe(TOY_TRIGGER_PIXEL);
  const layer = secondToLastLayer(neuronLayers(classifier));
  const { neuron, trigger } = await driveNeuron({
    ...{ runtime, classifier, preprocessing: RAW, layer, samples, start, seed: 1 },
  });
  expect(neuron).toBe(192);
  expect(trigger.mask).toEqual(start.mask);
  expect(start.pattern[TOY_TRIGGER_PIXEL]).toBeLessThan(250);
  expect(trigger.pattern[TOY_TRIGGER_PIXEL]).toBeGreaterThan(250);
  expect(trigger.pattern.filter((value) => value > 0)).toHaveLength(1);
});

async function cleanModel(): Promise<Classifier> {
  const training = { architecture: 'mnist', classes: 3, ratio: 0, epochs: 3, shift: 1, batch: 32, seed: 1 } as const;
  const { graph } = await trainBadNets(runtime, blobs(600), blobs(90), { ...training, backdoors: [] });
  return classifierOf(graph);
}

it('puts a backdoor into a trained model, in its last layers only', async () => {
  const classifier = await cleanModel();
  const options: TrojanOptions = { target: 2, size: 7, position: 'bottom-right', epochs: 3, seed: 1 };
  const writable = new Set(classifier.graph.initializers.keys());
  const job = { runtime, classifier, preprocessing: RAW, writable, train: blobs(300), test: blobs(90) };
  const model = await trojanModel(job, options);
  expect(model.cleanAccuracy).toBeGreaterThan(0.95);
  expect(model.backdoors).toMatchObject([{ target: 2 }]);
  expect(model.backdoors[0]!.attackSuccess).toBeGreaterThan(0.95);
  expect(model.layer).toBe('dense8');
  expect([...model.weights.keys()]).toEqual(['dense8.weight', 'dense8.bias', 'dense10.weight', 'dense10.bias']);
  await expect(trojanModel(job, { ...options, target: 3 })).rejects.toThrow(UsageError);
  await expect(trojanModel({ ...job, writable: new Set() }, options)).rejects.toThrow(/no weight from the layer on/);
});
