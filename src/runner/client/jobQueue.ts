/** @file Runs jobs one after the other, in the order they came. */
import { CancelledError } from '../../engine/support/errors';

export class JobQueue {
  #last: Promise<void> = Promise.resolve();

  /** Waits for its turn, then runs `job`. Aborted while waiting, it rejects with {@link CancelledError} at once. */
  async run<T>(job: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    const turn = this.#last;
    let leave = (): void => undefined;
    const left = new Promise<void>((resolve) => (leave = resolve));
    this.#last = turn.then(() => left);
    try {
      await unlessAborted(turn, signal);
      return await job();
    } finally {
      leave();
    }
  }
}

function unlessAborted(turn: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      reject(new CancelledError());
    };
    if (signal?.aborted === true) {
      abort();
      return;
    }
    signal?.addEventListener('abort', abort, { once: true });
    void turn.then(() => {
      signal?.removeEventListener('abort', abort);
      resolve();
    });
  });
}
