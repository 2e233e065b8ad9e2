import { beforeAll, expect, it } from 'vitest';
import { classifierOf } from '../../../../../src/engine/classify/classifier';
import { neuronLayers } from '../../../../../src/engine/neurons/layers';
import type { KnownTrigger } from '../../../../../src/engine/repair/judge';
import { rankByContribution } from '../../../../../src/engine/repair/prune/rankByContribution';
import { createOnnxRuntime } from '../../../../../src/engine/runtime/onnxruntime';
import type { Runtime } from '../../../../../src/engine/runtime/runtime';
import { RAW } from '../../../../../src/engine/samples/preprocessing/preprocessing';
import { CancelledError } from '../../../../../src/engine/support/errors';
import { NEURON_MODEL_TARGET, NEURONS, neuronModel, TRIGGER_NEURONS } from '../../../../support/neuronModel';
import { toyImages } from '../../../../support/toyModel';
import { toyTrigger } from '../../../../support/toyNetwork';

let runtime: Runtime;
beforeAll(async () => {
  runtime = await createOnnxRuntime({ library: 'onnxruntime-node', provider: 'cpu', threads: 1 });
});

const classifier = classifierOf(neuronModel());
const trigger: KnownTrigger = { label: NEURON_MODEL_TARGET, source: 'reversed', ...toyTrigger() };
const job = () => ({
  ...{ runtime, classifier, preprocessing: RAW, images: toyImages(100), layers: neuronLayers(classifier) },
});

it('puts the neurons first that the trigger works through, in the order of what they add to its label', async () => {
  const { order, imagePasses } = await rankByContribution(job(), [trigger]);
  expect(order).toHaveLength(NEURONS);
  // The model gives them falling weights, and clean images do not excite them.
  const driven = Array.from({ length: TRIGGER_NEURONS }, (_, i) => NEURONS - TRIGGER_NEURONS + i);
  expect(order.slice(0, TRIGGER_NEURONS)).toEqual(driven);
  expect(imagePasses).toBe(300);
});

it('stops when cancelled', async () => {
  await expect(rankByContribution({ ...job(), signal: { aborted: true } }, [trigger])).rejects.toBeInstanceOf(
    CancelledError,
  );
});
