/** @file A repair from end to end, up to the point where the repaired file could be written. */
import { completeSettings } from '../scan/settings';
import { scanLabels, type Detection } from '../detect/scanLabels';
import { Evaluator } from '../classify/evaluator';
import { SamplesError, UnsupportedModelError, UsageError } from '../support/errors';
import type { Files } from '../support/files';
import { readModel } from '../formats';
import type { WrittenFile } from '../formats/format';
import { classifierOf, type Classifier } from '../classify/classifier';
import type { Tensor } from '../graph/tensor';
import { invertAgain } from './invertAgain';
import { Judge, worstSuccess, type KnownTrigger } from './judge';
import { labelsOfNextRound } from './nextRound';
import { REPAIR_DEFAULTS, type RepairEvents, type RepairSettings } from './repairJob';
import { repairNotes } from './repairNotes';
import { repairRound, type RoundResult } from './repairRound';
import { reversedTriggers, type LabelChoice } from '../scan/reversedTriggers';
import { splitSamples, type LabelledImages, type SplitSamples } from './splitSamples';
import { withWeights } from '../classify/withWeights';
import { overlayFiles } from '../support/overlayFiles';
import { prepareScan, samplesSummary, type PreparedScan, type PrepareRequest } from '../scan/prepareScan';
import { checkSameModel } from '../scan/prepareWithReport';
import { REPAIR_REPORT_VERSION, type Evaluation, type RepairReport, type RepairRound } from '../report/repairReport';
import type { ReportFinding, ScanReport } from '../report/scanReport';
import { TOOL } from '../report/version';

export interface RepairRequest extends PrepareRequest {
  /** Of a scan of this very file. */
  readonly report: ScanReport;
  readonly labelChoice: LabelChoice;
  readonly settings: Partial<RepairSettings> & Pick<RepairSettings, 'method'>;
  /** The attacker's own triggers, where they are known: they are measured, and nothing is decided by them. */
  readonly givenTriggers?: readonly KnownTrigger[];
  /** Seconds since some fixed point. */
  readonly now: () => number;
}

/** A repair that waits to be saved. Nothing is on disk yet. */
export interface RepairDraft {
  readonly report: RepairReport;
  /** Files that the model consists of; none of them is ever written to, unless the user insists. */
  readonly originals: readonly string[];
  /**
   * The repaired model as files named after `baseName`, read back from memory and judged again. `point` takes another point of the last
   * pruning curve. Throws {@link UnsupportedModelError} where the file's numbers are too coarse to hold the repair.
   */
  write(baseName: string, point?: number): Promise<{ files: readonly WrittenFile[]; report: RepairReport }>;
  /** The state of a model file on the held-out images. */
  evaluate(files: Files, path: string): Promise<Evaluation>;
}

/** With fewer samples neither training nor judging means anything. */
export const MIN_REPAIR_SAMPLES = 100;

/** Added to the scan's first seed; no scan uses so many. */
const FRESH_SEEDS = 1000;

/** Differences between weights as computed and as read back that are no cause for concern, 0–1. */
const ROUNDING_TOLERANCE = 0.02;

/** Throws the typed errors of its parts; writes nothing. */
export async function repairModel(request: RepairRequest, events: RepairEvents = {}): Promise<RepairDraft> {
  const started = request.now();
  const settings: RepairSettings = { ...REPAIR_DEFAULTS, ...request.settings };
  const { signal } = events;
  const prepared = await prepareScan(request, signal);
  checkReport(request, prepared);
  const triggers = reversedTriggers(request.report, request.labelChoice, prepared.classifier.input);
  const samples = await labelledSamples(request, prepared);
  const split = splitSamples(samples.images, settings.repairShare, settings.seed);
  const repair = new Repair(request, settings, prepared, split, triggers, events);
  await repair.run();
  return repair.draft(started, samples.findings);
}

class Repair {
  readonly #judges: Judge[] = [];
  readonly #rounds: RepairRound[] = [];
  #weights = new Map<string, Tensor>();
  #imagePasses = 0;
  #last: { readonly weightsBefore: ReadonlyMap<string, Tensor>; readonly result: RoundResult } | undefined;

  constructor(
    private readonly request: RepairRequest,
    private readonly settings: RepairSettings,
    private readonly prepared: PreparedScan,
    private readonly split: SplitSamples,
    private triggers: KnownTrigger[],
    private readonly events: RepairEvents,
  ) {}

  async run(): Promise<void> {
    let labels: readonly number[] = labelsOf(this.triggers);
    await this.#findMore(labels);
    const original = await this.#judge().evaluate(this.prepared.classifier, true);
    const leastAccuracy = original.cleanAccuracy - this.settings.maxAccuracyLoss;
    for (let round = 0; ; round++) {
      await this.#round(labels, leastAccuracy);
      if (!this.settings.loop) return;
      const detection = await this.#rescan();
      const soFar = { rounds: round + 1, repaired: labelsOf(this.triggers), method: this.settings.method };
      labels = labelsOfNextRound(detection, soFar);
      if (labels.length === 0 || round + 1 >= this.settings.maxRounds) return;
      this.triggers = [...this.triggers, ...reversedTriggers(detection, labels, this.prepared.classifier.input)];
      await this.#findMore(labels);
    }
  }

  async draft(started: number, findings: readonly ReportFinding[]): Promise<RepairDraft> {
    const { request, settings, prepared, split } = this;
    const { model, classifier } = prepared;
    const judge = this.#judge();
    this.#tell('evaluating', 0, 2);
    const before = await judge.evaluate(classifier);
    const makeReport = (after: Evaluation, rounds: readonly RepairRound[]): RepairReport => ({
      version: REPAIR_REPORT_VERSION,
      tool: TOOL,
      model: request.report.model,
      samples: samplesSummary(this.prepared),
      method: settings.method,
      labels: labelsOf(this.triggers),
      settings: {
        ...settings,
        repairImages: split.repair.count,
        heldOutImages: split.heldOut.count,
      },
      rounds,
      before,
      after,
      notes: repairNotes({ settings, rounds, before, after }),
      findings: [...prepared.findings, ...findings],
      seconds: request.now() - started,
      imagePasses: this.#imagePasses + this.#judges.reduce((sum, { imagePasses }) => sum + imagePasses, 0),
    });
    this.#tell('evaluating', 1, 2);
    const after = await judge.evaluate(withWeights(classifier, this.#weights));
    this.#tell('evaluating', 2, 2);

    const evaluate = async (files: Files, path: string): Promise<Evaluation> => {
      const { architecture, size } = request;
      const again = await readModel(files, path, architecture === undefined ? {} : { architecture });
      return judge.evaluate(
        classifierOf(again.graph, size === undefined ? undefined : { height: size[0], width: size[1] }),
      );
    };
    return {
      report: makeReport(after, this.#rounds),
      originals: model.parts,
      evaluate,
      write: async (baseName, point) => {
        const { weights, rounds } = this.#at(point);
        const expected = point === undefined ? after : await judge.evaluate(withWeights(classifier, weights));
        const files = await model.write(changedOnly(classifier, weights), baseName);
        const folder = request.files.parent(model.path);
        const main = request.files.join(folder, baseName);
        const written = new Map(files.map(({ name, bytes }) => [request.files.join(folder, name), bytes] as const));
        const actual = await evaluate(overlayFiles(request.files, written), main);
        checkRounding(expected, actual, request.files.baseName(model.path));
        return { files, report: makeReport(actual, rounds) };
      },
    };
  }

  async #round(labels: readonly number[], leastAccuracy: number): Promise<void> {
    const { prepared, settings, split, request } = this;
    const classifier = withWeights(prepared.classifier, this.#weights);
    const judge = this.#judge();
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
        this.#tell(phase, done, total, round);
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
        this.#tell('scanning', done, total);
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
          this.#tell('scanning', done, total);
        },
      },
    );
    this.#imagePasses += detection.imagePasses;
    const last = this.#rounds.pop();
    if (last !== undefined) this.#rounds.push({ ...last, verdict: detection.verdict });
    return detection;
  }

  /** Weights and rounds with another point of the last pruning curve. */
  #at(point: number | undefined): { weights: ReadonlyMap<string, Tensor>; rounds: readonly RepairRound[] } {
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

  #judge(): Judge {
    const { request, prepared, split, events } = this;
    const triggers = [...this.triggers, ...(request.givenTriggers ?? [])];
    const judge = new Judge(request.runtime, prepared.calibration.chosen, split.heldOut, triggers, events.signal);
    this.#judges.push(judge);
    return judge;
  }

  #tell(
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

function checkReport({ report, files }: RepairRequest, { model, modelHash, doubt }: PreparedScan): void {
  const file = files.baseName(model.path);
  checkSameModel(files, model.path, modelHash, report.model, {
    what: 'the scan report',
    hint: 'Scan the model again.',
  });
  if (doubt !== undefined) {
    throw new SamplesError('the samples do not fit the model, so repairing it with them would destroy it', {
      file,
      got: doubt,
    });
  }
}

/** Unlabelled samples get the labels that the model itself gives them: its answers to clean images are usually right. */
async function labelledSamples(
  { runtime, files }: RepairRequest,
  { samples, classifier, calibration }: PreparedScan,
): Promise<{ images: LabelledImages; findings: readonly ReportFinding[] }> {
  const { images, count, labels } = samples;
  if (count < MIN_REPAIR_SAMPLES) {
    throw new SamplesError('there are too few images to repair with', {
      file: files.baseName(samples.path),
      expected: `at least ${MIN_REPAIR_SAMPLES}`,
      got: String(count),
      hint: 'Half of them are needed to judge the result.',
    });
  }
  if (labels !== undefined) return { images: { images, count, labels }, findings: [] };
  const evaluator = await Evaluator.compile(runtime, classifier, calibration.chosen);
  try {
    const own = await evaluator.predictions(samples);
    const message =
      'The samples have no labels, so the answers of the model before the repair count as right; accuracy means agreement with them.';
    return { images: { images, count, labels: own }, findings: [{ severity: 'warning', message }] };
  } finally {
    await evaluator.dispose();
  }
}

/** Without the weights that a later round brought back to what they were. */
function changedOnly({ graph }: Classifier, weights: ReadonlyMap<string, Tensor>): Map<string, Tensor> {
  return new Map(
    [...weights].filter(([name, { data }]) => {
      const before = graph.initializers.get(name)?.data;
      return before === undefined || data.some((value, i) => value !== before[i]);
    }),
  );
}

function checkRounding(expected: Evaluation, actual: Evaluation, file: string): void {
  const loss = expected.cleanAccuracy - actual.cleanAccuracy;
  const success = worstSuccess(actual) - worstSuccess(expected);
  if (loss <= ROUNDING_TOLERANCE && success <= ROUNDING_TOLERANCE) return;
  const percent = (value: number): string => `${(100 * value).toFixed(1)} %`;
  const shown = (evaluation: Evaluation): string =>
    `accuracy ${percent(evaluation.cleanAccuracy)}, trigger success ${percent(worstSuccess(evaluation))}`;
  throw new UnsupportedModelError('the numbers of the file are too coarse to hold the repaired weights', {
    file,
    expected: shown(expected),
    got: shown(actual),
    hint: 'Repair the model before it is quantised, or prune instead of unlearning: zeros fit into every number type.',
  });
}

function labelsOf(triggers: readonly KnownTrigger[]): number[] {
  return [...new Set(triggers.map((trigger) => trigger.label))].sort((a, b) => a - b);
}
