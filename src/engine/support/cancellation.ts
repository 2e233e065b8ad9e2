/** @file Cancellation and progress, in the smallest form that every host can supply. */
import { CancelledError } from './errors';

/** An `AbortSignal` fits; so does any object with a flag. */
export interface CancelSignal {
  readonly aborted: boolean;
}

/** Throws {@link CancelledError} once the signal is set. */
export function throwIfCancelled(signal: CancelSignal | undefined): void {
  if (signal?.aborted === true) throw new CancelledError();
}
