/** @file Allocations that failed, which every library says in its own words, as one plain sentence. */
import { NeuralCleanseError } from '../../engine/support/errors';

/** The machine, or what is left of it, has not enough memory for this model. */
export class OutOfMemoryError extends NeuralCleanseError {}

export const SPARE_MEMORY = 'Close other programs, or use fewer samples or a smaller batch.';

/** V8, C++, ONNX Runtime and TensorFlow. */
const WORDS =
  /out of memory|Array buffer allocation failed|bad[_ ]alloc|Failed to allocate memory|smaller than requested bytes|OOM when allocating/i;

/** Whether a message, or what a process wrote last, tells of memory that could not be had. */
export function tellsOfMemory(text: string): boolean {
  return WORDS.test(text);
}

/** The error itself, unless it is an unexpected one that tells of memory. */
export function plainMemoryError(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof NeuralCleanseError || !tellsOfMemory(error.message)) return error;
  const details = { hint: `What was finished is kept. ${SPARE_MEMORY}` };
  return new OutOfMemoryError('there is not enough memory for this model', details, { cause: error });
}
