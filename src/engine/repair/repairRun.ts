/** @file Repairs round after round until nothing is left to do. */
import type { RepairRequest } from './repairJob';
import { completeSettings } from '../scan/settings';
import { scanLabels, type Detection } from '../detect/scanLabels';
import { UsageError } from '../support/errors';
import type { Tensor } from '../graph/tensor';
import { invertAgain } from './invertAgain';
import { Judge, type KnownTrigger } from './judge';
import { labelsOfNextRound } from './nextRound';
import { type RepairEvents, type RepairSettings } from './repairJob';
import { repairRound } from './repairRound';
import { type RoundResult } from './roundJob';
import { reversedTriggers } from '../scan/reversedTriggers';
import { type SplitSamples } from './splitSamples';
import { withWeights } from '../classify/withWeights';
import { type PreparedScan } from '../scan/prepareScan';
import { type RepairRound } from '../report/repairReport';

/** Added to the scan's first seed; no scan uses so many. */
const FRESH_SEEDS = 1000;

/** The rounds of one repair: what they have changed so far, and how the result is judged. */
export class RepairRun {
  readonly #judges: Judge[] = [];
  readonly #rounds: RepairRound[] = [];
  #weights = new Map<string, Tensor>();
  #imagePasses = 0;
  #last: { readonly weightsBefore: ReadonlyMap<string, Tensor>; readonly result: RoundResult } | undefined;

  constructor(
    readonly request: RepairRequest,
    readonly settings: RepairSettings,
    readonly prepared: PreparedScan,
    readonly split: SplitSamples,
    private triggers: KnownTrigger[],
    private readonly events: RepairEvents,
  ) {}

  /** Labels repaired so far, ascending. */
  get labels(): number[] {
    return labelsOf(this.triggers);
  }

  /** Of the rounds and of judging. */
  get imagePasses(): number {
    return this.#imagePasses + this.#judges.reduce((sum, { imagePasses }) => sum + imagePasses, 0);
  }

  async run(): Promise<void> {
    let labels: readonly number[] = this.labels;
    await this.#findMore(labels);
    const original = await this.judge().evaluate(this.prepared.classifier, true);
    const leastAccuracy = original.cleanAccuracy - this.settings.maxAccuracyLoss;
    for (let round = 0; ; round++) {
      await this.#round(labels, leastAccuracy);
      if (!this.settings.loop) return;
      const detection = await this.#rescan();
      const soFar = { rounds: round + 1, repaired: this.labels, method: this.settings.method };
      labels = labelsOfNextRound(detection, soFar);
      if (labels.length === 0 || round + 1 >= this.settings.maxRounds) return;
      this.triggers = [...this.triggers, ...reversedTriggers(detection, labels, this.prepared.classifier.input)];
      await this.#findMore(labels);
    }
  }

  /** Weights and rounds with another point of the last pruning curve. */
  at(point?: number): { weights: ReadonlyMap<string, Tensor>; rounds: readonly RepairRound[] } {
    const [weights, rounds] = [this.#weights, this.#rounds];
    if (point === undefined) return { weights, rounds };
    const { round, weightsAt } = this.#last?.result ?? {};
    if (weightsAt === undefined || round?.prune?.points[point] === undefined) {
      throw new UsageError('the repair has no such point', {
        expected: `a point of the pruning curve, 0…${(round?.prune?.points.length ?? 1) - 1}`,
        got: String(point),
      });
    }
    const last = { ...(rounds.at(-1) ?? round), prune: { ...round.prune, chosen: point } };
    return {
      weights: new Map([...(this.#last?.weightsBefore ?? []), ...weightsAt(point)]),
      rounds: [...rounds.slice(0, -1), last],
    };
  }

  async #round(labels: readonly number[], leastAccuracy: number): Promise<void> {
    const { prepared, settings, split, request } = this;
    const classifier = withWeights(prepared.classifier, this.#weights);
    const judge = this.judge();
    const result = await repairRound({
      runtime: request.runtime,
      classifier,
      preprocessing: prepared.calibration.chosen,
      images: split.repair,
      triggers: this.triggers,
      labels,
      writable: prepared.model.weights,
      settings,
      judge,
      before: await judge.evaluate(classifier, true),
      leastAccuracy,
      ...(this.events.signal === undefined ? {} : { signal: this.events.signal }),
      onProgress: (phase, done, total, round) => {
        this.tell(phase, done, total, round);
      },
    });
    this.#last = { weightsBefore: this.#weights, result };
    this.#rounds.push(result.round);
    this.#weights = new Map([...this.#weights, ...result.weights]);
    this.#imagePasses += result.imagePasses;
  }

  /** Other triggers of the same labels, from other seeds. */
  async #findMore(labels: readonly number[]): Promise<void> {
    const { prepared, request, split, settings, events } = this;
    // Pruning silences what is special about the trigger it ranks by; several triggers would only cost more neurons.
    const seeds = settings.method === 'unlearn' ? Math.floor(settings.extraTriggers / labels.length) : 0;
    if (seeds === 0) return;
    const { triggers, imagePasses } = await invertAgain({
      runtime: request.runtime,
      classifier: withWeights(prepared.classifier, this.#weights),
      preprocessing: prepared.calibration.chosen,
      images: split.repair,
      labels,
      seeds: Array.from({ length: seeds }, (_, i) => request.report.settings.seed + FRESH_SEEDS + i),
      settings: request.report.settings,
      ...(events.signal === undefined ? {} : { signal: events.signal }),
      onProgress: (done, total) => {
        this.tell('scanning', done, total);
      },
    });
    this.triggers = [...this.triggers, ...triggers];
    this.#imagePasses += imagePasses;
  }

  /** Scans the model as repaired so far, with the images of the repair. */
  async #rescan(): Promise<Detection> {
    const { prepared, request, split, events } = this;
    const { classifier, calibration, classNames } = prepared;
    const settings = completeSettings(
      { ...request.report.settings, seed: request.report.settings.seed + this.#rounds.length },
      classifier.classes,
    );
    const detection = await scanLabels(
      {
        runtime: request.runtime,
        classifier: withWeights(classifier, this.#weights),
        preprocessing: calibration.chosen,
        images: split.repair,
        settings,
        checkpointKey: '',
        now: request.now,
        ...(classNames === undefined ? {} : { labelNames: classNames }),
      },
      {
        ...(events.signal === undefined ? {} : { signal: events.signal }),
        onProgress: ({ done, total }) => {
          this.tell('scanning', done, total);
        },
      },
    );
    this.#imagePasses += detection.imagePasses;
    const last = this.#rounds.pop();
    if (last !== undefined) this.#rounds.push({ ...last, verdict: detection.verdict });
    return detection;
  }

  /** Judges by all triggers known by now. */
  judge(): Judge {
    const { request, prepared, split, events } = this;
    const triggers = [...this.triggers, ...(request.givenTriggers ?? [])];
    const judge = new Judge(request.runtime, prepared.calibration.chosen, split.heldOut, triggers, events.signal);
    this.#judges.push(judge);
    return judge;
  }

  /** Reports progress. */
  tell(
    phase: Parameters<NonNullable<RepairEvents['onProgress']>>[0]['phase'],
    done: number,
    total: number,
    current?: RepairRound,
  ): void {
    this.events.onProgress?.({
      phase,
      done,
      total,
      rounds: current === undefined ? [...this.#rounds] : [...this.#rounds, current],
    });
  }
}

function labelsOf(triggers: readonly KnownTrigger[]): number[] {
  return [...new Set(triggers.map((trigger) => trigger.label))].sort((a, b) => a - b);
}
