/** @file Finds the preprocessing a model was trained with, by trying the usual ones on clean samples. */
import { argmaxRows } from '../../support/argmax';
import { accuracyGate } from './accuracyGate';
import { classOrder } from './classOrder';
import type { Preprocessing } from './preprocessing';

export interface CalibrationRequest {
  /** Logits `[N, K]` of the calibration samples under a preprocessing; 256 balanced samples or more are a good N. */
  evaluate(preprocessing: Preprocessing): Promise<Float32Array>;
  /** Labels of those N samples. */
  readonly labels?: Int32Array;
  /** K */
  readonly classes: number;
  /** Tried in this order, one at least; a single one is only judged. */
  readonly candidates: readonly Preprocessing[];
}

export interface Candidate {
  readonly preprocessing: Preprocessing;
  /** 0–1; absent without labels. */
  readonly accuracy?: number;
  /** Entropy of the predicted classes over that of even predictions, 0–1. */
  readonly spread: number;
}

export interface Calibration {
  readonly chosen: Preprocessing;
  /** All that were tried, best first. */
  readonly candidates: readonly Candidate[];
  /** Accuracy of the chosen one on clean samples, 0–1; absent without labels. */
  readonly accuracy?: number;
  /** `near-chance` blocks a verdict; `unlabelled` means nothing could be judged. */
  readonly gate: 'passed' | 'near-chance' | 'unlabelled';
  /** Accuracy of guessing, 0–1, and the smallest accuracy that passes the gate. */
  readonly chance?: number;
  readonly required?: number;
  /** Why the result should not be trusted, one or two plain sentences. */
  readonly doubt?: string;
}

/** Without labels, a candidate whose predictions are nearly as evenly spread as the best counts as equal. */
const SPREAD_TOLERANCE = 0.03;

/** Renumbering the classes must gain this much accuracy to be mentioned. */
const CLEAR_GAIN = 0.2;

interface Trial extends Candidate {
  readonly predictions: Int32Array;
  readonly correct: Uint8Array;
}

/**
 * With labels, the most accurate candidate wins; those that are not significantly worse count as equal, and of equals the
 * first in order wins. Without labels it is a guess: the first candidate whose predictions spread evenly over the classes.
 */
export async function calibrate(request: CalibrationRequest): Promise<Calibration> {
  const { labels, classes } = request;
  const trials: Trial[] = [];
  for (const preprocessing of request.candidates) {
    const predictions = argmaxRows(await request.evaluate(preprocessing), classes);
    if (labels !== undefined && labels.length !== predictions.length) {
      throw new RangeError(`${predictions.length} predictions do not fit ${labels.length} labels`);
    }
    const correct = Uint8Array.from(predictions, (prediction, i) => Number(prediction === labels?.[i]));
    const accuracy = sum(correct) / predictions.length;
    const spread = entropy(predictions) / Math.log(classes);
    trials.push({ preprocessing, predictions, correct, spread, ...(labels !== undefined && { accuracy }) });
  }
  return labels === undefined ? guess(trials) : judge(trials, labels, classes);
}

function judge(trials: readonly Trial[], labels: Int32Array, classes: number): Calibration {
  const hits = (trial: Trial): number => sum(trial.correct);
  const most = best(trials, hits);
  const chosen = trials.find((trial) => notWorse(trial.correct, most.correct)) ?? most;
  const gate = accuracyGate(hits(chosen), labels, classes, trials.length);
  const order = renumbered(trials, labels, classes, gate.accuracy);
  const winner = !gate.passed && order !== undefined ? order.trial : chosen;
  const doubt = order?.doubt ?? (gate.passed ? undefined : nearChance(gate.accuracy, gate.chance));
  return {
    chosen: winner.preprocessing,
    candidates: listed([winner, ...sortedBy(trials, hits).filter((trial) => trial !== winner)]),
    accuracy: hits(winner) / labels.length,
    gate: gate.passed ? 'passed' : 'near-chance',
    chance: gate.chance,
    required: gate.required,
    ...(doubt !== undefined && { doubt }),
  };
}

function guess(trials: readonly Trial[]): Calibration {
  const spread = (trial: Trial): number => trial.spread;
  const widest = best(trials, spread);
  const chosen = trials.find((trial) => trial.spread >= widest.spread - SPREAD_TOLERANCE) ?? widest;
  return {
    chosen: chosen.preprocessing,
    candidates: listed([chosen, ...sortedBy(trials, spread).filter((trial) => trial !== chosen)]),
    gate: 'unlabelled',
    doubt: `The samples have no labels, so the preprocessing (${chosen.preprocessing.label}) is a guess.`,
  };
}

/** One-sided McNemar test at 5 %: whether `a` is not significantly worse than `b` on the same images. */
function notWorse(a: Uint8Array, b: Uint8Array): boolean {
  let onlyA = 0;
  let onlyB = 0;
  a.forEach((hit, i) => {
    if (hit > (b[i] ?? 0)) onlyA++;
    if (hit < (b[i] ?? 0)) onlyB++;
  });
  return onlyB - onlyA <= 1.645 * Math.sqrt(onlyA + onlyB);
}

/** The candidate that is right but for the numbering of the classes, where there is one. */
function renumbered(
  trials: readonly Trial[],
  labels: Int32Array,
  classes: number,
  accuracy: number,
): { trial: Trial; doubt: string } | undefined {
  const agreement = new Map(
    trials.map((trial) => [trial, classOrder(trial.predictions, labels, classes).agreement] as const),
  );
  const trial = best(trials, (candidate) => agreement.get(candidate) ?? 0);
  const agreed = agreement.get(trial) ?? 0;
  const passed = accuracyGate(agreed * labels.length, labels, classes, trials.length).passed;
  if (!passed || agreed < accuracy + CLEAR_GAIN) return undefined;
  return {
    trial,
    doubt: `The model numbers its classes differently from the samples: it is right in ${percent(accuracy)} of the images, and in ${percent(agreed)} once the classes are renumbered. Name the classes in the model's order.`,
  };
}

function nearChance(accuracy: number, chance: number): string {
  return `The clean accuracy is ${percent(accuracy)}, hardly better than guessing (${percent(chance)}): the preprocessing is probably wrong, or the samples belong to another model.`;
}

/** Shannon entropy of the distribution of values, in nats. */
function entropy(values: Int32Array): number {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  let total = 0;
  for (const count of counts.values()) total -= (count / values.length) * Math.log(count / values.length);
  return total;
}

/** The first one with the largest score. */
function best(trials: readonly Trial[], score: (trial: Trial) => number): Trial {
  const [first] = sortedBy(trials, score);
  if (first === undefined) throw new RangeError('No preprocessing was given');
  return first;
}

function sortedBy(trials: readonly Trial[], score: (trial: Trial) => number): Trial[] {
  return trials.toSorted((a, b) => score(b) - score(a));
}

function listed(trials: readonly Trial[]): Candidate[] {
  return trials.map(({ preprocessing, accuracy, spread }) => ({
    preprocessing,
    spread,
    ...(accuracy !== undefined && { accuracy }),
  }));
}

function sum(values: Uint8Array): number {
  return values.reduce((total, value) => total + value, 0);
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
