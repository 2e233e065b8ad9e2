/** @file Turns updates into progress reports: rate-limited, with an estimate of the time left. */
import type { InversionTask } from '../invert/runInversions';
import type { ScanEvents, ScanProgress } from '../scanJob';

const INTERVAL_SECONDS = 0.2;

export class ProgressMeter {
  labelsDone = 0;
  #done = 0;
  /** Updates that cost no time in this run: resumed or saved by an early stop. */
  #skipped = 0;
  #reported = -Infinity;
  readonly #started: number;

  constructor(
    private readonly phase: ScanProgress['phase'],
    private readonly now: () => number,
    private readonly events: Pick<ScanEvents, 'onProgress'>,
    private readonly total: number,
    private readonly labelsTotal: number,
  ) {
    this.#started = now();
  }

  skip(updates: number): void {
    this.#done += updates;
    this.#skipped += updates;
  }

  /** By an update of each task in work, or so many of another kind. */
  advance(active: readonly InversionTask[], updates = active.length): void {
    this.#done += updates;
    const now = this.now();
    // The last update of a phase is told whenever it comes, so that a fast phase is seen to end.
    const isDue = now - this.#reported >= INTERVAL_SECONDS || this.#done >= this.total;
    if (this.events.onProgress === undefined || !isDue) return;
    this.#reported = now;
    const worked = this.#done - this.#skipped;
    const left = worked === 0 ? undefined : ((now - this.#started) / worked) * Math.max(0, this.total - this.#done);
    this.events.onProgress({
      phase: this.phase,
      done: Math.min(this.#done, this.total),
      total: this.total,
      labelsDone: this.labelsDone,
      labelsTotal: this.labelsTotal,
      current: active.map(({ inversion }) => ({
        label: inversion.label,
        ...(inversion.latest === undefined ? {} : { latest: inversion.latest }),
      })),
      ...(left === undefined ? {} : { secondsLeft: left }),
    });
  }
}
