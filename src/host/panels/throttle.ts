/** @file Many calls become few: the first soon, the last never lost. */

export class Throttle {
  #timer: NodeJS.Timeout | undefined;

  /** `interval`: milliseconds from a call to the run that answers it and all others in between. */
  constructor(
    private readonly run: () => void,
    private readonly interval: () => number,
  ) {}

  request(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.run();
    }, this.interval());
  }

  dispose(): void {
    clearTimeout(this.#timer);
  }
}
