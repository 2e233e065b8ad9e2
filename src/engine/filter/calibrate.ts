/** @file Makes a filter from clean images and reversed triggers. */
import type { Classifier } from '../classify/classifier';
import { imagesOfOthers, stamping } from '../identify/identifyTrigger';
import { neuronLayers, type NeuronLayer } from '../neurons/layers';
import type { LabelTrigger } from '../classify/labelTrigger';
import type { CancelSignal } from '../support/cancellation';
import type { Runtime } from '../runtime/runtime';
import type { Preprocessing } from '../samples/preprocessing/preprocessing';
import type { Samples } from '../samples/samples';
import { CURVE_RATES, pointAt, rejectedShare, thresholdFor } from './curve';
import { fitDiscriminant, scoreOf, type Discriminant } from './discriminant';
import { evidenceLayers, EvidenceMeter, evidenceSizes } from './evidence';
import type { FilterProfile } from './savedFilter';

export interface CalibrationJob {
  readonly runtime: Runtime;
  readonly classifier: Classifier;
  readonly preprocessing: Preprocessing;
  /** Clean images, of all labels. */
  readonly samples: Samples;
  readonly triggers: readonly LabelTrigger[];
  readonly signal?: CancelSignal;
}

export interface CalibratedFilter {
  readonly layers: readonly NeuronLayer[];
  /** With the share 0–1 of the clean images that may be rejected. */
  readonly at: (rate: number) => RatedFilter;
}

export interface RatedFilter {
  /** One per trigger; they divide the rate between them. */
  readonly profiles: readonly FilterProfile[];
  readonly cost: FilterCost;
}

/** What the profiles of a filter together get wrong, shares 0–1 of the images of the calibration. */
export interface FilterCost {
  /** Of the clean images: those rejected. */
  readonly falsePositiveRate: number;
  /** Of the images with one of the triggers: those not rejected. */
  readonly falseNegativeRate: number;
}

/** How images with one trigger are told from clean ones, and what images score. */
interface TriggerScores {
  readonly label: number;
  readonly discriminant: Discriminant;
  /** `[images]`, by the trigger's own discriminant. */
  readonly clean: Float32Array;
  /** Per trigger of the job `[images]`, by its discriminant; this one's trigger is stamped on them. */
  readonly stamped: readonly Float32Array[];
}

/**
 * Images are scored by discriminants that were fitted without them: else thresholds of few images were too low, and twice as many clean
 * images rejected as were asked for.
 */
const FOLDS = 5;

/** Fits a discriminant to each trigger, on the evidence of the last layers; thresholds follow from the rate. */
export async function calibrateFilter(job: CalibrationJob): Promise<CalibratedFilter> {
  const { runtime, classifier, preprocessing } = job;
  const layers = evidenceLayers(neuronLayers(classifier));
  const meter = await EvidenceMeter.compile(runtime, classifier, preprocessing, layers);
  try {
    const scores = await scoreTriggers(job, meter);
    const sizes = evidenceSizes(classifier, layers);
    return { layers, at: (rate) => filterAt(scores, sizes, rate) };
  } finally {
    await meter.dispose();
  }
}

function filterAt(scores: readonly TriggerScores[], sizes: readonly number[], rate: number): RatedFilter {
  const profiles = scores.map(({ label, discriminant, clean, stamped }, i) => ({
    label,
    weights: byLayer(discriminant.weights, sizes),
    offset: discriminant.offset,
    threshold: thresholdFor(clean, rate / scores.length),
    curve: CURVE_RATES.map((share) => pointAt(thresholdFor(clean, share), clean, stamped[i] ?? clean)),
  }));
  const thresholds = profiles.map(({ threshold }) => threshold);
  const passed = scores.map(({ stamped }) => 1 - rejectedShare(stamped, thresholds));
  return {
    profiles,
    cost: {
      falsePositiveRate: rejectedShare(
        scores.map(({ clean }) => clean),
        thresholds,
      ),
      falseNegativeRate: passed.reduce((sum, share) => sum + share, 0) / passed.length,
    },
  };
}

function byLayer(weights: Float32Array, sizes: readonly number[]): number[][] {
  let start = 0;
  return sizes.map((size) => [...weights.subarray(start, (start += size))]);
}

/** Images with several triggers are measured twice, as the evidence for many would not fit into the memory: only the latest is kept. */
async function scoreTriggers(
  { samples, triggers, signal }: CalibrationJob,
  meter: EvidenceMeter,
): Promise<TriggerScores[]> {
  const clean = await meter.measure(samples, undefined, signal);
  let latest: { readonly trigger: LabelTrigger; readonly stamped: readonly StampedRow[] } | undefined;
  const stampedWith = async (trigger: LabelTrigger): Promise<readonly StampedRow[]> => {
    if (latest?.trigger === trigger) return latest.stamped;
    const rows = await meter.measure(imagesOfOthers(samples, trigger.label), stamping(trigger), signal);
    const images = clean.map((_row, i) => i).filter((i) => samples.labels?.[i] !== trigger.label);
    latest = { trigger, stamped: rows.map((row, i) => ({ row, image: images[i] ?? 0 })) };
    return latest.stamped;
  };
  const fits: CrossFit[] = [];
  for (const trigger of triggers) fits.push(crossFit(clean, await stampedWith(trigger)));
  const scores: TriggerScores[] = [];
  for (const [i, trigger] of triggers.entries()) {
    const stamped = await stampedWith(trigger);
    const own = fits[i];
    if (own === undefined) continue;
    scores.push({
      label: trigger.label,
      discriminant: own.all,
      clean: Float32Array.from(clean, (row, image) => scoreOf(own.without(image), row)),
      stamped: fits.map((fit) => Float32Array.from(stamped, ({ row, image }) => scoreOf(fit.without(image), row))),
    });
  }
  return scores;
}

interface StampedRow {
  readonly row: Float32Array;
  /** Of the samples, the one that was stamped. */
  readonly image: number;
}

interface CrossFit {
  /** Fitted to all images. */
  readonly all: Discriminant;
  /** Fitted without this image of the samples, and others. */
  readonly without: (image: number) => Discriminant;
}

function crossFit(clean: readonly Float32Array[], stamped: readonly StampedRow[]): CrossFit {
  const fit = (counts: (image: number) => boolean): Discriminant =>
    fitDiscriminant(
      clean.filter((_row, image) => counts(image)),
      stamped.filter(({ image }) => counts(image)).map(({ row }) => row),
    );
  const all = fit(() => true);
  // So few images leave nothing to fit to.
  if (stamped.length < 2 * FOLDS) return { all, without: () => all };
  const folds = Array.from({ length: FOLDS }, (_, fold) => fit((image) => image % FOLDS !== fold));
  return { all, without: (image) => folds[image % FOLDS] ?? all };
}
