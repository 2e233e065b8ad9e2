/** @file How often the engine process may crash before it is left alone for a while. */
import { EngineStoppedError } from '../protocol/engineStopped';

export interface RestartLimit {
  readonly crashes: number;
  /** Milliseconds. */
  readonly within: number;
}

export class RestartBudget {
  #crashes: number[] = [];

  constructor(private readonly limit: RestartLimit) {}

  crashed(): void {
    this.#crashes.push(Date.now());
  }

  /** Throws {@link EngineStoppedError} while there were too many crashes. */
  check(): void {
    const { crashes, within } = this.limit;
    this.#crashes = this.#crashes.filter((time) => Date.now() - time < within);
    if (this.#crashes.length < crashes) return;
    const minutes = Math.max(1, Math.round(within / 60_000));
    throw new EngineStoppedError(`The engine process stopped ${crashes} times in a short while and is left alone now`, {
      hint: `Try again in ${minutes} minutes or reload the window; the log has the details.`,
    });
  }
}
