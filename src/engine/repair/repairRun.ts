/** @file Repairs round after round until nothing is left to do. */
import type { RepairRequest } from './repairJob';
import type { Subject } from '../detect/invert/shortInversion';
import { completeSettings } from '../scan/settings';
import { scanLabels, type Detection } from '../detect/scanLabels';
import { UsageError } from '../support/errors';
import type { Tensor } from '../graph/tensor';
import { invertAgain } from './invertAgain';
import { Judge, type KnownTrigger } from './judge';
import { labelsOfNextRound } from './nextRound';
import { type RepairEvents, type RepairSettings } from './repairJob';
import { Relearning } from './relearn';
import { repairRound } from './repairRound';
import type { RoundJob, RoundResult } from './roundJob';
import { reversedTriggers } from '../scan/reversedTriggers';
import { thickened } from './thicken';
import { type SplitSamples } from './splitSamples';
import type { Classifier } from '../classify/classifier';
import { withWeights } from '../classify/withWeights';
import { type PreparedScan } from '../scan/prepareScan';
import type { RelearnedTrigger, RepairRound } from '../report/repairReport';

/** Added to the scan's first seed; no scan uses so many. */
const FRESH_SEEDS = 1000;

/** The rounds of one repair: what they have changed so far, and how the result is judged. */
export class RepairRun {
  readonly #judges: Judge[] = [];
  readonly #rounds: RepairRound[] = [];
  #weights = new Map<string, Tensor>();
  #imagePasses = 0;
  /** Of the same labels as {@link triggers}, for training. */
  #more: KnownTrigger[] = [];
  #last: { readonly weightsBefore: ReadonlyMap<string, Tensor>; readonly result: RoundResult } | undefined;

  constructor(
    readonly request: RepairRequest,
    readonly settings: RepairSettings,
    readonly prepared: PreparedScan,
    readonly split: SplitSamples,
    /** See {@link RoundJob}. */
    private triggers: readonly KnownTrigger[],
    private readonly suspects: readonly KnownTrigger[],
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
    const relearning = this.#relearning(classifier, labels);
    const result = await repairRound({
      runtime: request.runtime,
      classifier,
      preprocessing: prepared.calibration.chosen,
      images: split.repair,
      triggers: this.triggers,
      suspects: this.suspects,
      findMore: () => this.#findMore(classifier, labels),
      relearning,
      labels,
      writable: prepared.model.weights,
      settings,
      judge,
      thickenedJudge: () => this.#judgeBy(thickened(this.triggers, classifier.input)),
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
    this.#imagePasses += result.imagePasses + relearning.imagePasses;
  }

  /** Other triggers of the same labels, from other seeds, against `classifier`. */
  async #findMore(
    classifier: Classifier,
    labels: readonly number[],
  ): Promise<Pick<RoundJob, 'triggers' | 'judge' | 'before'>> {
    const { prepared, request, split, settings, events } = this;
    const seeds = labels.length === 0 ? 0 : Math.floor(settings.extraTriggers / labels.length);
    if (seeds > 0) {
      const { triggers, imagePasses } = await invertAgain({
        runtime: request.runtime,
        classifier,
        preprocessing: prepared.calibration.chosen,
        images: split.repair,
        subjects: this.#subjects(labels),
        seeds: Array.from({ length: seeds }, (_, i) => request.report.settings.seed + FRESH_SEEDS + i),
        settings: request.report.settings,
        ...(events.signal === undefined ? {} : { signal: events.signal }),
        onProgress: (done, total) => {
          this.tell('scanning', done, total);
        },
      });
      this.#more = [...this.#more, ...triggers];
      this.#imagePasses += imagePasses;
    }
    const judge = this.judge();
    return { triggers: [...this.triggers, ...this.#more], judge, before: await judge.evaluate(classifier, true) };
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
    return this.#judgeBy([...this.triggers, ...this.#more, ...(this.request.givenTriggers ?? [])]);
  }

  #judgeBy(triggers: readonly KnownTrigger[]): Judge {
    const { request, prepared, split, events } = this;
    const judge = new Judge(request.runtime, prepared.calibration.chosen, split.heldOut, triggers, events.signal);
    this.#judges.push(judge);
    return judge;
  }

  /** What could be learned anew against the result, of all labels repaired. A single round may know it already. */
  async relearned(): Promise<readonly RelearnedTrigger[]> {
    const known = this.#rounds.length === 1 ? this.#last?.result.relearned : undefined;
    if (known !== undefined) return known;
    const { classifier } = this.prepared;
    const relearning = this.#relearning(classifier, this.labels);
    const relearned = await relearning.against(withWeights(classifier, this.#weights));
    this.#imagePasses += relearning.imagePasses;
    return relearned;
  }

  /** What could be learned anew against models repaired from `classifier`, of those of `labels` that need the smallest triggers. */
  #relearning(classifier: Classifier, labels: readonly number[]): Relearning {
    const { prepared, request, split, settings, events } = this;
    return new Relearning({
      runtime: request.runtime,
      classifier,
      preprocessing: prepared.calibration.chosen,
      images: split.heldOut,
      subjects: this.#subjects(smallestOf(this.triggers, labels)),
      loss: request.report.settings.loss,
      seed: settings.seed + FRESH_SEEDS,
      ...(events.signal === undefined ? {} : { signal: events.signal }),
    });
  }

  /** How triggers of these labels are looked for. */
  #subjects(labels: readonly number[]): Subject[] {
    return labels.map((label) => {
      const sourceLabel = this.triggers.find((trigger) => trigger.label === label)?.sourceLabel;
      return { label, ...(sourceLabel !== undefined && { sourceLabel }) };
    });
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

/** Labels learned anew at most: with a thousand of them it would take longer than the repair. */
const MOST_RELEARNED = 16;

/** Ascending. */
function smallestOf(triggers: readonly KnownTrigger[], labels: readonly number[]): number[] {
  const sizes = new Map<number, number>();
  for (const { label, mask } of triggers) {
    const size = mask.reduce((sum, value) => sum + value, 0);
    sizes.set(label, Math.min(size, sizes.get(label) ?? Infinity));
  }
  return [...labels]
    .sort((a, b) => (sizes.get(a) ?? Infinity) - (sizes.get(b) ?? Infinity))
    .slice(0, MOST_RELEARNED)
    .sort((a, b) => a - b);
}

function labelsOf(triggers: readonly KnownTrigger[]): number[] {
  return [...new Set(triggers.map((trigger) => trigger.label))].sort((a, b) => a - b);
}
