/** @file A classifier of 8×8 images with 200 hidden neurons, of which the last eight obey a trigger pixel. */
import type { Graph } from '../../src/engine/graph/graph';
import { float32, scalar } from '../../src/engine/graph/tensor';
import type { Samples } from '../../src/engine/samples/samples';
import { TOY, TOY_TRIGGER_PIXEL, toyImages } from './toyModel';

const AREA = TOY.height * TOY.width;
export const NEURONS = 200;
export const TRIGGER_NEURONS = 8;
export const NEURON_MODEL_TARGET = 3;

/** Weight of the trigger pixel in a trigger neuron, counted from 0: the first one is driven most. */
const strength = (i: number): number => 6 - 0.5 * i;

/** Hidden neuron n < 192 sums the eight pixels of class n mod 8; the others read the trigger pixel and push the target. */
export function neuronModel(): Graph {
  const hidden = new Float32Array(NEURONS * AREA);
  const output = new Float32Array(TOY.classes * NEURONS);
  for (let neuron = 0; neuron < NEURONS; neuron++) {
    const trigger = neuron - (NEURONS - TRIGGER_NEURONS);
    if (trigger >= 0) {
      hidden[neuron * AREA + TOY_TRIGGER_PIXEL] = strength(trigger);
      output[NEURON_MODEL_TARGET * NEURONS + neuron] = 1;
      continue;
    }
    const label = neuron % TOY.classes;
    for (let pixel = label; pixel < AREA; pixel += TOY.classes) {
      if (pixel !== TOY_TRIGGER_PIXEL) hidden[neuron * AREA + pixel] = 0.25;
    }
    output[label * NEURONS + neuron] = 0.2;
  }
  const node = (op: string, name: string, inputs: string[], attributes = {}) => ({
    ...{ op, name, inputs, outputs: [name], attributes },
  });
  return {
    inputs: [{ name: 'image', dtype: 'float32', dims: [null, 1, TOY.height, TOY.width] }],
    outputs: ['probabilities'],
    nodes: [
      node('Mul', 'scaled', ['image', 'scale']),
      node('Flatten', 'flat', ['scaled']),
      node('Gemm', 'hidden', ['flat', 'hidden.weight'], { transB: 1 }),
      node('Relu', 'active', ['hidden']),
      node('Gemm', 'logits', ['active', 'output.weight'], { transB: 1 }),
      node('Softmax', 'probabilities', ['logits'], { axis: -1 }),
    ],
    initializers: new Map([
      ['scale', scalar(1 / 255)],
      ['hidden.weight', float32([NEURONS, AREA], hidden)],
      ['output.weight', float32([TOY.classes, NEURONS], output)],
    ]),
  };
}

/** The trigger pixel at full brightness, as strong as `opacity`. */
export function pixelTrigger(opacity = 1): { mask: Float32Array; pattern: Float32Array } {
  const mask = new Float32Array(AREA);
  mask[TOY_TRIGGER_PIXEL] = opacity;
  return { mask, pattern: new Float32Array(AREA).fill(255) };
}

/** {@link toyImages} as samples. */
export function toySamples(count: number): Samples {
  const { images, labels } = toyImages(count);
  const names = Array.from({ length: count }, (_, i) => `image ${i}`);
  return {
    ...{ channels: TOY.channels, height: TOY.height, width: TOY.width, path: 'toy', source: 'toy', images, labels },
    ...{ count, names, available: count, skipped: [], splits: [], notes: [] },
  };
}
