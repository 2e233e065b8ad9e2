import { beforeAll, expect, it } from 'vitest';
import { screenLabels, SCREENING } from '../../../../../src/engine/detect/budget/lowCost';
import { TriggerStep } from '../../../../../src/engine/detect/invert/triggerStep';
import { classifierOf } from '../../../../../src/engine/classify/classifier';
import { float32 } from '../../../../../src/engine/graph/tensor';
import { Random } from '../../../../../src/engine/support/random';
import { createOnnxRuntime } from '../../../../../src/engine/runtime/onnxruntime';
import type { Runtime } from '../../../../../src/engine/runtime/runtime';
import { RAW } from '../../../../../src/engine/samples/preprocessing/preprocessing';
import { TOY, TOY_TRIGGER_PIXEL, toyGraph, toyImages } from '../../../../support/toyModel';

const CLASSES = 500;
/** Label → the one pixel that leads to it. By chance all three are among the chosen in 6 of 100 runs. */
const INFECTED = new Map([
  [203, TOY_TRIGGER_PIXEL],
  [310, 20],
  [498, 50],
]);
const AREA = TOY.height * TOY.width;
const LABELS = Array.from({ length: CLASSES }, (_, label) => label);

/** The toy model with many classes of random weights. */
function manyClasses() {
  const random = new Random(11);
  const weights = Float32Array.from({ length: CLASSES * AREA }, () => random.normal());
  for (const [label, pixel] of INFECTED) weights[label * AREA + pixel] = 30;
  const graph = toyGraph();
  return classifierOf({
    ...graph,
    initializers: new Map([...graph.initializers, ['weight', float32([CLASSES, AREA], weights)]]),
  });
}

let runtime: Runtime;
beforeAll(async () => {
  runtime = await createOnnxRuntime({ library: 'onnxruntime-node', provider: 'cpu', threads: 1 });
});

it('screens many labels for a small part of a scan and keeps the infected ones', async () => {
  const classifier = manyClasses();
  const shape = { labels: 16, batch: SCREENING.batch };
  const step = await TriggerStep.compile(runtime, classifier, RAW, shape, 'cross-entropy');
  const { chosen, iterations, imagePasses } = await screenLabels(step, LABELS, toyImages(64), classifier.input, 1, {});
  expect(chosen).toEqual(expect.arrayContaining([...INFECTED.keys()]));
  // The 100 smallest and 100 others, in order.
  expect(new Set(chosen).size).toBe(200);
  expect(chosen).toEqual(chosen.toSorted((a, b) => a - b));
  expect(imagePasses).toBe(CLASSES * iterations * SCREENING.roundUpdates * SCREENING.batch);
  expect(imagePasses).toBeLessThan(0.1 * CLASSES * 9600);
  await step.dispose();
});
