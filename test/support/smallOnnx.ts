/** @file A small ONNX model to be varied, read from memory. */
import { NeuralCleanseError } from '../../src/engine/support/errors';
import type { ModelFile } from '../../src/engine/formats/format';
import { onnx } from '../../src/engine/formats/onnx';
import { memoryFiles } from './memoryFiles';
import { floatTensor, modelFile, type Message, type ModelSpec } from './onnxFile';

/** A model `y = relu(x · w)` with `w [2, 3]`, unless told otherwise. */
export function small(spec: Partial<ModelSpec> = {}): Message {
  return modelFile({
    opset: 17,
    nodes: [
      { op: 'MatMul', inputs: ['x', 'w'], outputs: ['h'], name: 'dense' },
      { op: 'Relu', inputs: ['h'], outputs: ['y'], name: 'relu' },
    ],
    initializers: [floatTensor('w', [2, 3], [1, 2, 3, 4, 5, 6])],
    inputs: [{ name: 'x', dims: ['n', 2] }],
    outputs: [{ name: 'y' }],
    ...spec,
  });
}

/** `beside`: other files by their paths; the model lies in `models`. */
export async function read(file: Message, beside: Readonly<Record<string, Uint8Array>> = {}): Promise<ModelFile> {
  return onnx.read(memoryFiles({ 'models/model.onnx': file, ...beside }), 'models/model.onnx', {});
}

/** The named error that reading ends with. */
export async function failure(
  file: Message,
  beside: Readonly<Record<string, Uint8Array>> = {},
): Promise<NeuralCleanseError> {
  const error: unknown = await read(file, beside).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof NeuralCleanseError) return error;
  throw new Error(`Expected a named error, got ${String(error)}`);
}
