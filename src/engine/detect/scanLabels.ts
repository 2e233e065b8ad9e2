/** @file A whole detection: schedule labels and seeds, invert, verify, assess. */
import { maskOf, patternOf } from '../report/decodeTrigger';
import { encodeFloats } from '../support/base64';
import { CancelledError } from '../support/errors';
import type { Classifier } from '../classify/classifier';
import type { LabelResult, ScanSettings } from '../report/scanReport';
import type { Runtime } from '../runtime/runtime';
import type { Preprocessing } from '../samples/preprocessing/preprocessing';
import { Checkpoint } from './budget/checkpoint';
import type { CleanImages } from '../samples/samples';
import { attackSuccess, Evaluator } from '../classify/evaluator';
import { Inversion, type InversionOptions, type InversionResult } from './invert/inversion';
import { InversionTask, runInversions } from './invert/runInversions';
import { SCREENING, screenLabels } from './budget/lowCost';
import { anomalyIndices } from './judge/outliers';
import { ProgressMeter } from './budget/progressMeter';
import type { ScanEvents, ScanProgress } from './scanJob';
import { EXTRA_SEEDS, secondLook } from './budget/secondLook';
import { labelsPerStep, TriggerStep } from './invert/triggerStep';
import { assess, type Assessment } from './judge/verdict';
import { chooseSuspects, examine } from './respond/examine';
import { responseMeter } from './respond/response';

export interface Detection extends Assessment {
  readonly imagePasses: number;
  readonly seconds: number;
}

export interface DetectionJob {
  readonly runtime: Runtime;
  readonly classifier: Classifier;
  readonly preprocessing: Preprocessing;
  readonly images: CleanImages;
  readonly settings: ScanSettings;
  readonly labelNames?: readonly string[];
  readonly accuracyDoubt?: string;
  /** Hash of everything that determines the numbers. */
  readonly checkpointKey: string;
  /** Seconds since some fixed point. */
  readonly now: () => number;
}

/** Images on which a reversed trigger's success is verified, at most. */
const VERIFY_IMAGES = 512;

/** Throws {@link CancelledError} after saving the checkpoint. */
export async function scanLabels(job: DetectionJob, events: ScanEvents): Promise<Detection> {
  const started = job.now();
  const checkpoint = await Checkpoint.open(events.checkpoints, job.checkpointKey);
  try {
    const labels = await chooseLabels(job, events, checkpoint);
    const results = await invert(job, events, checkpoint, labels, started);
    const examined = await examineSuspects(job, events, results);
    const assessment = assess(withScreened(job, examined.results), {
      settings: job.settings,
      classes: job.classifier.classes,
      scanned: job.settings.labels?.length ?? job.classifier.classes,
      pixels: job.classifier.input.height * job.classifier.input.width,
      ...(job.accuracyDoubt === undefined ? {} : { accuracyDoubt: job.accuracyDoubt }),
    });
    await checkpoint.remove();
    return {
      ...assessment,
      imagePasses: checkpoint.imagePasses + examined.imagePasses,
      seconds: checkpoint.seconds + job.now() - started,
    };
  } catch (error) {
    if (error instanceof CancelledError) await checkpoint.save(job.now(), started, true);
    throw error;
  }
}

/** Adds to the smallest labels what the network answers when their triggers are unlearned. */
async function examineSuspects(
  job: DetectionJob,
  events: ScanEvents,
  results: readonly LabelResult[],
): Promise<{ readonly results: readonly LabelResult[]; readonly imagePasses: number }> {
  const { settings } = job;
  const { signal } = events;
  const suspects = chooseSuspects(
    results.flatMap(({ label, l1, trigger }) =>
      l1 === undefined || trigger === undefined
        ? []
        : [{ label, l1, mask: maskOf(trigger), pattern: patternOf(trigger) }],
    ),
  );
  const meter =
    suspects.length === 0
      ? undefined
      : await responseMeter({ ...job, loss: settings.loss, seed: settings.seed, ...(signal && { signal }) });
  if (meter === undefined) return { results, imagePasses: 0 };
  const [labelsDone, labelsTotal] = [results.length, results.length];
  events.onProgress?.({ phase: 'verifying', done: 0, total: 1, labelsDone, labelsTotal, current: [] });
  const { responses, explainedBy, imagePasses } = await examine(meter, suspects, signal);
  const withAnswers = results.map((result): LabelResult => {
    const [response, cause] = [responses.get(result.label), explainedBy.get(result.label)];
    return {
      ...result,
      ...(response === undefined ? {} : { response }),
      ...(cause === undefined ? {} : { explainedBy: cause }),
    };
  });
  return { results: withAnswers, imagePasses };
}

/** All labels, or what the low-cost screening leaves of them. */
async function chooseLabels(job: DetectionJob, events: ScanEvents, checkpoint: Checkpoint): Promise<readonly number[]> {
  const { settings, classifier, images } = job;
  const all = settings.labels ?? Array.from({ length: classifier.classes }, (_, label) => label);
  if (settings.lowCostAbove === 0 || all.length <= settings.lowCostAbove) return all;
  if (checkpoint.screened !== undefined) return checkpoint.screened;
  const step = await compileStep(job, all.length, SCREENING.batch);
  try {
    const meter = new ProgressMeter('screening', job.now, events, all.length * SCREENING.planned, all.length);
    const screening = await screenLabels(step, all, images, classifier.input, settings.seed, {
      ...(events.signal === undefined ? {} : { signal: events.signal }),
      onUpdate: (active) => {
        meter.advance(active);
      },
    });
    checkpoint.setScreened(screening.chosen, screening.imagePasses);
    return screening.chosen;
  } finally {
    await step.dispose();
  }
}

/** Inverts every label with the seeds asked for, and the labels in doubt with a few more. */
async function invert(
  job: DetectionJob,
  events: ScanEvents,
  checkpoint: Checkpoint,
  labels: readonly number[],
  started: number,
): Promise<LabelResult[]> {
  const { settings, classifier } = job;
  const { channels, height, width } = classifier.input;
  const known = checkpoint.results(height * width, channels);
  const evaluator = await Evaluator.compile(job.runtime, classifier, job.preprocessing);
  const finished = new Map<number, LabelResult>();
  try {
    const inversions = { job, events, checkpoint, evaluator, known, finished, started };
    await invertAll(inversions, 'inverting', labels, settings.seeds);
    const again = secondLook([...finished.values()], settings, settings.labels?.length ?? classifier.classes);
    await invertAll(inversions, 'verifying', again, settings.seeds + EXTRA_SEEDS);
  } finally {
    await evaluator.dispose();
  }
  return labels.map((label) => finished.get(label) ?? emptyResult(label, 'not-scanned', job));
}

interface Inversions {
  readonly job: DetectionJob;
  readonly events: ScanEvents;
  readonly checkpoint: Checkpoint;
  readonly evaluator: Evaluator;
  /** Of all seeds, from a checkpoint and from this run. */
  readonly known: InversionResult[];
  readonly finished: Map<number, LabelResult>;
  readonly started: number;
}

/** Sees to it that each of `labels` has the results of `seeds` seeds, and summarises it. */
async function invertAll(
  { job, events, checkpoint, evaluator, known, finished, started }: Inversions,
  phase: ScanProgress['phase'],
  labels: readonly number[],
  seeds: number,
): Promise<void> {
  const { settings, classifier, images } = job;
  const resultsOf = (label: number): InversionResult[] =>
    known.filter((result) => result.label === label && result.seed < settings.seed + seeds);
  const open = labels.flatMap((label) => {
    const done = new Set(resultsOf(label).map((result) => result.seed));
    return Array.from({ length: seeds }, (_, i) => ({ label, seed: settings.seed + i })).filter(
      ({ seed }) => !done.has(seed),
    );
  });
  const meter = new ProgressMeter(phase, job.now, events, labels.length * seeds * settings.updates, labels.length);
  meter.skip((labels.length * seeds - open.length) * settings.updates);
  const finishLabel = async (label: number): Promise<void> => {
    const result = await summarize(job, evaluator, label, resultsOf(label), events);
    finished.set(label, result);
    meter.labelsDone++;
    events.onLabel?.(preliminary(result, [...finished.values()]));
  };
  for (const label of labels) if (resultsOf(label).length === seeds) await finishLabel(label);
  if (open.length === 0) return;
  const options = inversionOptions(settings);
  const step = await compileStep(job, open.length, settings.batchSize);
  try {
    const tasks = lazily(
      open,
      ({ label, seed }) => new InversionTask(new Inversion(label, seed, classifier.input, options), images),
    );
    await runInversions(step, tasks, classifier.input, ({ inversion }) => inversion.finished, {
      ...(events.signal === undefined ? {} : { signal: events.signal }),
      onUpdate: (active) => {
        meter.advance(active);
      },
      onFinished: async ({ inversion }) => {
        const result = inversion.result();
        meter.skip(settings.updates - result.updates);
        checkpoint.add(result, result.updates * settings.batchSize);
        known.push(result);
        if (resultsOf(result.label).length === seeds) await finishLabel(result.label);
        await checkpoint.save(job.now(), started);
      },
    });
  } finally {
    await step.dispose();
  }
}

/** Takes the smallest trigger of a label over its seeds, and verifies it on images it was not judged on. */
async function summarize(
  job: DetectionJob,
  evaluator: Evaluator,
  label: number,
  results: readonly InversionResult[],
  { signal }: ScanEvents,
): Promise<LabelResult> {
  const { classifier, images } = job;
  const triggers = results.flatMap(({ trigger }) => (trigger === undefined ? [] : [trigger]));
  const curve = results[0]?.curve ?? [];
  const best = triggers.reduce<(typeof triggers)[number] | undefined>(
    (a, b) => (a === undefined || b.l1 < a.l1 ? b : a),
    undefined,
  );
  if (best === undefined) return { ...emptyResult(label, 'not-reached', job), curve };
  const { channels, height, width } = classifier.input;
  const size = channels * height * width;
  const count = Math.min(images.count, VERIFY_IMAGES);
  const subset: CleanImages = { ...images, images: images.images.subarray(0, count * size), count };
  const l1PerSeed = triggers.map((trigger) => trigger.l1);
  return {
    ...emptyResult(label, 'found', job),
    l1: best.l1,
    l1PerSeed,
    attackSuccess: await attackSuccess(evaluator, subset, best, label, signal),
    trigger: { channels, height, width, mask: encodeFloats(best.mask), pattern: encodeFloats(best.pattern) },
    curve,
  };
}

function preliminary(result: LabelResult, sofar: readonly LabelResult[]): LabelResult {
  const found = sofar.filter((other) => other.l1 !== undefined);
  const index = anomalyIndices(found.map((other) => other.l1 ?? NaN))[found.indexOf(result)];
  return index === undefined ? result : { ...result, anomalyIndex: index };
}

/** Labels that the low-cost scheme dismissed, and those the user left out, appear in the report too. */
function withScreened(job: DetectionJob, results: readonly LabelResult[]): LabelResult[] {
  const scanned = new Map(results.map((result) => [result.label, result]));
  const asked = new Set(job.settings.labels ?? Array.from({ length: job.classifier.classes }, (_, label) => label));
  return Array.from(
    { length: job.classifier.classes },
    (_, label) => scanned.get(label) ?? emptyResult(label, asked.has(label) ? 'screened' : 'not-scanned', job),
  );
}

function emptyResult(label: number, state: LabelResult['state'], { labelNames }: DetectionJob): LabelResult {
  const name = labelNames?.[label];
  return { label, ...(name === undefined ? {} : { name }), state, l1PerSeed: [], flagged: false, curve: [] };
}

/** How an inversion runs under these settings. */
export function inversionOptions(settings: ScanSettings): InversionOptions {
  return {
    updates: settings.updates,
    batch: settings.batchSize,
    successThreshold: settings.successThreshold,
    // The authors adapt λ after 5 × 31 updates; in a budget of 300 it must move about every fourth.
    roundUpdates: 4,
    initialLambda: 1e-3,
    patience: 1,
    multiplier: 2,
    earlyStopRounds: 25,
  };
}

async function compileStep(job: DetectionJob, jobs: number, batch: number): Promise<TriggerStep> {
  const labels = labelsPerStep(job.classifier, Math.max(1, jobs), batch);
  return TriggerStep.compile(job.runtime, job.classifier, job.preprocessing, { labels, batch }, job.settings.loss);
}

function* lazily<T, U>(items: Iterable<T>, make: (item: T) => U): Generator<U> {
  for (const item of items) yield make(item);
}
