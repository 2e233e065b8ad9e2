/** @file Weights are finite numbers; anything else is damage. */
import { ModelFormatError } from '../support/errors';

/** Throws {@link ModelFormatError} that names the weight's place, and the first value that is none. */
export function checkFinite(values: Float32Array, place: string): void {
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad < 0) return;
  throw new ModelFormatError('a weight is not a finite number', {
    place,
    expected: 'finite numbers',
    got: `${String(values[bad])} at element ${bad}`,
  });
}
