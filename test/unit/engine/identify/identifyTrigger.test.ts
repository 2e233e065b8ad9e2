import { expect, it } from 'vitest';
import { SamplesError } from '../../../../src/engine/support/errors';
import { classifierOf } from '../../../../src/engine/classify/classifier';
import {
  identifyTrigger,
  intersectionOverUnion,
  topNeurons,
  type IdentifyRequest,
} from '../../../../src/engine/identify/identifyTrigger';
import { createOnnxRuntime } from '../../../../src/engine/runtime/onnxruntime';
import { RAW } from '../../../../src/engine/samples/preprocessing/preprocessing';
import { selectSamples } from '../../../../src/engine/samples/select';
import { NEURON_MODEL_TARGET, neuronModel, pixelTrigger, toySamples } from '../../../support/neuronModel';

async function identify(change: Partial<IdentifyRequest> = {}) {
  return identifyTrigger({
    runtime: await createOnnxRuntime({ library: 'onnxruntime-node', provider: 'cpu', threads: 1 }),
    classifier: classifierOf(neuronModel()),
    preprocessing: RAW,
    samples: toySamples(80),
    label: NEURON_MODEL_TARGET,
    trigger: pixelTrigger(0.9),
    ...change,
  });
}

it('finds the neurons that the trigger drives, and how far', async () => {
  const result = await identify({ original: pixelTrigger() });
  expect(result).toMatchObject({ label: NEURON_MODEL_TARGET, images: 70, attackSuccess: 1 });
  expect(result.layers).toHaveLength(1);
  const [layer] = result.layers;
  // Two of 200 neurons are 1 %; they read the pixel with weights 6 and 5.5.
  expect(layer).toMatchObject({ name: 'hidden', kind: 'dense', neurons: 200, top: [192, 193] });
  expect(layer!.clean).toBe(0);
  expect(layer!.reversed).toBeCloseTo(0.9 * 5.75, 4);
  expect(layer!.original).toMatchObject({ top: [192, 193], overlap: 1 });
  expect(layer!.original!.activation).toBeCloseTo(5.75, 4);
  expect(JSON.parse(JSON.stringify(result))).toEqual(result);
});

it('says what a trigger does that drives no neuron of its own', async () => {
  const { mask, pattern } = pixelTrigger(0);
  const result = await identify({ trigger: { mask, pattern } });
  expect(result.attackSuccess).toBe(0);
  expect(result.layers[0]).toMatchObject({ clean: result.layers[0]!.reversed });
  expect(result.layers[0]).not.toHaveProperty('original');
});

it('needs images of other labels', async () => {
  const samples = toySamples(16);
  const own = selectSamples(samples, (i) => samples.labels?.[i] === NEURON_MODEL_TARGET);
  await expect(identify({ samples: own })).rejects.toThrow(SamplesError);
});

it('takes one neuron in a hundred, at least one, by the gap', () => {
  const clean = Float32Array.from({ length: 300 }, (_, i) => i);
  const stamped = clean.map((value, i) => value + (i % 100 === 50 ? 5 + i / 100 : 1));
  expect(topNeurons(clean, stamped)).toEqual([250, 150, 50]);
  expect(topNeurons(Float32Array.of(1, 2), Float32Array.of(3, 3))).toEqual([0]);
});

it('compares sets of neurons', () => {
  expect(intersectionOverUnion([1, 2, 3], [3, 2, 1])).toBe(1);
  expect(intersectionOverUnion([1, 2, 3], [3, 4])).toBe(0.25);
  expect(intersectionOverUnion([1], [2])).toBe(0);
});
