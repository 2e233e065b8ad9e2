/** @file A model of about 1 GB that takes no room on the disk: its weights are zeros, in a sparse file beside it. */
import { closeSync, ftruncateSync, openSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { floatTensor, type Message, modelFile, tensorMessage } from './onnxFile';

const PIXELS = 28 * 28;
const WIDTH = 15_000;
const CLASSES = 10;
const DATA = 'weights.bin';

/** Three dense layers behind an input of 1×28×28; returns the size of all files in bytes. */
export function writeLargeModel(file: string): number {
  let size = 0;
  const weight = (name: string, dims: readonly [number, number]): Message => {
    const length = 4 * dims[0] * dims[1];
    const external = { location: DATA, offset: String(size), length: String(length) };
    size += length;
    return tensorMessage({ name, dims, type: 'float32', external });
  };
  const model = modelFile({
    opset: 17,
    nodes: [
      { op: 'Flatten', inputs: ['x'], outputs: ['pixels'] },
      { op: 'Gemm', inputs: ['pixels', 'w1'], outputs: ['h1'] },
      { op: 'Relu', inputs: ['h1'], outputs: ['r1'] },
      { op: 'Gemm', inputs: ['r1', 'w2'], outputs: ['h2'] },
      { op: 'Relu', inputs: ['h2'], outputs: ['r2'] },
      { op: 'Gemm', inputs: ['r2', 'w3', 'b'], outputs: ['y'] },
    ],
    initializers: [
      weight('w1', [PIXELS, WIDTH]),
      weight('w2', [WIDTH, WIDTH]),
      weight('w3', [WIDTH, CLASSES]),
      floatTensor('b', [CLASSES], Array<number>(CLASSES).fill(0)),
    ],
    inputs: [{ name: 'x', dims: ['n', 1, 28, 28] }],
    outputs: [{ name: 'y', dims: ['n', CLASSES] }],
  });
  writeFileSync(file, model);
  const data = openSync(path.join(path.dirname(file), DATA), 'w');
  ftruncateSync(data, size);
  closeSync(data);
  return size + model.length;
}
