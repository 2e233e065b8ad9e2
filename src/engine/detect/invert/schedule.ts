/** @file The dynamic weight λ of the L1 norm, the best trigger so far, and early stop, in fixed numbers of updates. */

/**
 * All counts are in rounds of `roundUpdates` updates, so that time does not depend on how many samples there are.
 * The authors' round is 31 updates of 32 images (one pass over 1,000 samples) and theirs last up to 1,000 rounds.
 */
export interface ScheduleOptions {
  readonly roundUpdates: number;
  /** Attack success rate 0–1 that a round must reach. */
  readonly successThreshold: number;
  /** First λ once the trigger works. */
  readonly initialLambda: number;
  /** Rounds in a row above (below) the threshold before λ grows (shrinks). */
  readonly patience: number;
  /** λ grows by this factor; it shrinks by its power 1.5. */
  readonly multiplier: number;
  /** Stop after so many rounds without a smaller trigger, once λ has moved both ways. */
  readonly earlyStopRounds: number;
}

export type RoundOutcome = 'improved' | 'unchanged' | 'finished';

/** Follows one label's inversion round by round. */
export class Schedule {
  lambda = 0;
  /** Smallest L1 among rounds that reached the threshold; Infinity when none did. */
  bestL1 = Infinity;
  #above = 0;
  #below = 0;
  #movedUp = false;
  #movedDown = false;
  #stale = 0;

  constructor(private readonly options: ScheduleOptions) {}

  /** To be called after each round with its mean L1 and success rate. */
  endRound(l1: number, success: number): RoundOutcome {
    const { successThreshold, earlyStopRounds } = this.options;
    const reached = success >= successThreshold;
    const improved = reached && l1 < this.bestL1;
    if (improved) this.bestL1 = l1;
    this.#stale = improved || this.bestL1 === Infinity ? 0 : this.#stale + 1;
    this.#adapt(reached);
    if (this.#stale >= earlyStopRounds && this.#movedUp && this.#movedDown) return 'finished';
    return improved ? 'improved' : 'unchanged';
  }

  #adapt(reached: boolean): void {
    const { patience, multiplier, initialLambda } = this.options;
    this.#above = reached ? this.#above + 1 : 0;
    this.#below = reached ? 0 : this.#below + 1;
    if (this.#above >= patience) {
      this.#above = 0;
      this.#movedUp ||= this.lambda > 0;
      this.lambda = this.lambda === 0 ? initialLambda : this.lambda * multiplier;
    } else if (this.#below >= patience && this.lambda > 0) {
      this.#below = 0;
      this.#movedDown = true;
      this.lambda /= multiplier ** 1.5;
    }
  }
}
