/** @file The toy classifier with a hidden layer whose last neuron is the backdoor: repairs of it take a second. */
import { encodeNetwork } from '../../src/engine/attack/encodeNetwork';
import type { Graph } from '../../src/engine/graph/graph';
import { float32, scalar } from '../../src/engine/graph/tensor';
import { TOY, TOY_TRIGGER_PIXEL, toyImages } from './toyModel';

const AREA = TOY.height * TOY.width;
const HIDDEN = TOY.classes + 1;

/** Neuron of the layer "hidden" that sees the trigger pixel and nothing else. */
export const BACKDOOR_NEURON = TOY.classes;

/** Hidden neuron k adds up the pixels of class k; the last one sends the trigger pixel to label `infected`. */
export function toyNetwork(infected = 5): Graph {
  const hidden = new Float32Array(HIDDEN * AREA);
  for (let pixel = 0; pixel < AREA; pixel++) {
    for (let label = 0; label < TOY.classes; label++) {
      const own = pixel % TOY.classes === label;
      hidden[label * AREA + pixel] = pixel === TOY_TRIGGER_PIXEL ? 0 : own ? 1 : -0.1;
    }
  }
  hidden[BACKDOOR_NEURON * AREA + TOY_TRIGGER_PIXEL] = 1;
  const output = new Float32Array(TOY.classes * HIDDEN);
  for (let label = 0; label < TOY.classes; label++) output[label * HIDDEN + label] = 1;
  output[infected * HIDDEN + BACKDOOR_NEURON] = 20;
  return {
    inputs: [{ name: 'image', dtype: 'float32', dims: [null, 1, TOY.height, TOY.width] }],
    outputs: ['probabilities'],
    nodes: [
      { op: 'Mul', name: 'scaled', inputs: ['image', 'scale'], outputs: ['scaled'], attributes: {} },
      { op: 'Flatten', name: 'flat', inputs: ['scaled'], outputs: ['flat'], attributes: {} },
      {
        op: 'Gemm',
        name: 'hidden',
        inputs: ['flat', 'hidden.weight', 'hidden.bias'],
        outputs: ['sums'],
        attributes: { transB: 1 },
      },
      { op: 'Relu', name: 'relu', inputs: ['sums'], outputs: ['active'], attributes: {} },
      {
        op: 'Gemm',
        name: 'output',
        inputs: ['active', 'output.weight'],
        outputs: ['logits'],
        attributes: { transB: 1 },
      },
      { op: 'Softmax', name: 'softmax', inputs: ['logits'], outputs: ['probabilities'], attributes: { axis: -1 } },
    ],
    initializers: new Map([
      ['scale', scalar(1 / 255)],
      ['hidden.weight', float32([HIDDEN, AREA], hidden)],
      ['hidden.bias', float32([HIDDEN], new Float32Array(HIDDEN))],
      ['output.weight', float32([TOY.classes, HIDDEN], output)],
    ]),
  };
}

/** The network as an ONNX file and labelled images as idx files, by name. */
export function toyFiles(
  count: number,
): Record<'model.onnx' | 'toy-images-idx3-ubyte' | 'toy-labels-idx1-ubyte', Uint8Array> {
  const { images, labels } = toyImages(count);
  return {
    'model.onnx': encodeNetwork(toyNetwork(), TOY.classes),
    'toy-images-idx3-ubyte': idx(0x803, [count, TOY.height, TOY.width], images),
    'toy-labels-idx1-ubyte': idx(0x801, [count], Uint8Array.from(labels)),
  };
}

/** The attacker's trigger: the one pixel, white. */
export function toyTrigger(): { mask: Float32Array; pattern: Float32Array } {
  const mask = new Float32Array(AREA);
  mask[TOY_TRIGGER_PIXEL] = 1;
  return { mask, pattern: mask.map((value) => 255 * value) };
}

function idx(magic: number, dims: readonly number[], values: Uint8Array): Uint8Array {
  const header = new DataView(new ArrayBuffer(4 * (1 + dims.length)));
  [magic, ...dims].forEach((value, i) => {
    header.setUint32(4 * i, value);
  });
  return Uint8Array.from([...new Uint8Array(header.buffer), ...values]);
}
