/** @file One label's trigger inversion: variables, optimiser, schedule, best trigger so far. */
import type { StampedTrigger } from '../../classify/labelTrigger';
import type { CurvePoint } from '../../report/scanReport';
import { Random } from '../../support/random';
import { Adam, INVERSION_ADAM } from '../../training/adam';
import { Schedule, type ScheduleOptions } from './schedule';
import { EPSILON } from './triggerStep';

export interface Geometry {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
}

export interface InversionOptions extends ScheduleOptions {
  /** Adam updates at most. */
  readonly updates: number;
  /** Images per update. */
  readonly batch: number;
}

export interface ReversedTrigger extends StampedTrigger {
  /** Σ mask. */
  readonly l1: number;
}

export interface InversionResult {
  readonly label: number;
  readonly seed: number;
  /** Absent when no round reached the success threshold. */
  readonly trigger?: ReversedTrigger;
  readonly curve: readonly CurvePoint[];
  readonly updates: number;
}

/** What one update of the label reported; gradients are views into the step's output. */
export interface UpdateOutcome {
  readonly l1: number;
  /** Images out of the batch that reached the target. */
  readonly successes: number;
  readonly maskGradient: Float32Array;
  readonly patternGradient: Float32Array;
}

export class Inversion {
  /** `[H, W]` and `[C, H, W]`, in tanh space. */
  readonly maskVariable: Float32Array;
  readonly patternVariable: Float32Array;
  readonly #maskAdam: Adam;
  readonly #patternAdam: Adam;
  readonly #schedule: Schedule;
  readonly #curve: CurvePoint[] = [];
  #best: ReversedTrigger | undefined;
  #updates = 0;
  #roundSuccesses = 0;
  #finished = false;

  constructor(
    readonly label: number,
    readonly seed: number,
    geometry: Geometry,
    private readonly options: InversionOptions,
  ) {
    const random = new Random(seed * 1_000_003 + label);
    const area = geometry.height * geometry.width;
    this.maskVariable = uniformInTanhSpace(random, area);
    this.patternVariable = uniformInTanhSpace(random, area * geometry.channels);
    this.#maskAdam = new Adam(this.maskVariable.length, INVERSION_ADAM);
    this.#patternAdam = new Adam(this.patternVariable.length, INVERSION_ADAM);
    this.#schedule = new Schedule(options);
  }

  get lambda(): number {
    return this.#schedule.lambda;
  }

  get updates(): number {
    return this.#updates;
  }

  get finished(): boolean {
    return this.#finished;
  }

  /** Latest point of the curve, for progress displays. */
  get latest(): CurvePoint | undefined {
    return this.#curve.at(-1);
  }

  /** Takes in the outcome of the update that was computed with the current variables, then moves them. */
  update(outcome: UpdateOutcome): void {
    this.#updates++;
    this.#roundSuccesses += outcome.successes;
    if (this.#updates % this.options.roundUpdates === 0) this.#endRound(outcome.l1);
    if (this.#updates >= this.options.updates) this.#finished = true;
    this.#maskAdam.step(this.maskVariable, outcome.maskGradient);
    this.#patternAdam.step(this.patternVariable, outcome.patternGradient);
  }

  result(): InversionResult {
    const { label, seed } = this;
    const base = { label, seed, curve: this.#curve, updates: this.#updates };
    return this.#best === undefined ? base : { ...base, trigger: this.#best };
  }

  #endRound(l1: number): void {
    const success = this.#roundSuccesses / (this.options.roundUpdates * this.options.batch);
    this.#roundSuccesses = 0;
    this.#curve.push({ update: this.#updates, l1, success, lambda: this.lambda });
    const outcome = this.#schedule.endRound(l1, success);
    if (outcome === 'improved') {
      this.#best = {
        mask: this.maskVariable.map(fromTanhSpace),
        pattern: this.patternVariable.map((v) => 255 * fromTanhSpace(v)),
        l1,
      };
    }
    if (outcome === 'finished') this.#finished = true;
  }
}

function uniformInTanhSpace(random: Random, length: number): Float32Array {
  return Float32Array.from({ length }, () => Math.atanh((random.uniform() - 0.5) * (2 - EPSILON)));
}

function fromTanhSpace(variable: number): number {
  return Math.tanh(variable) / (2 - EPSILON) + 0.5;
}
