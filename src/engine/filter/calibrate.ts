/** @file Makes a filter from clean images and reversed triggers. */
import type { Classifier } from '../classify/classifier';
import { ActivationMeter } from '../neurons/activations';
import { imagesOfOthers, stamping, topNeurons } from '../identify/identifyTrigger';
import { neuronLayers, secondToLastLayer, type NeuronLayer } from '../neurons/layers';
import type { LabelTrigger } from '../classify/labelTrigger';
import type { CancelSignal } from '../support/cancellation';
import type { Runtime } from '../runtime/runtime';
import type { Preprocessing } from '../samples/preprocessing/preprocessing';
import type { Samples } from '../samples/samples';
import { CURVE_RATES, pointAt, rejectedShare, thresholdFor } from './curve';
import { ImageFilter } from './imageFilter';
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
  readonly layer: NeuronLayer;
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

/** What images score, clean and with one trigger. */
interface TriggerScores {
  readonly label: number;
  readonly neurons: readonly number[];
  /** `[images]`, by the trigger's own neurons. */
  readonly clean: Float32Array;
  /** Per trigger of the job `[images]`, by its neurons; this one's trigger is stamped on them. */
  readonly stamped: readonly Float32Array[];
}

/** Measures each trigger on the top 1 % neurons of the second-to-last layer; thresholds follow from the rate. */
export async function calibrateFilter(job: CalibrationJob): Promise<CalibratedFilter> {
  const layer = secondToLastLayer(neuronLayers(job.classifier));
  const scores = await scoreTriggers(job, layer);
  return { layer, at: (rate) => filterAt(scores, rate) };
}

function filterAt(scores: readonly TriggerScores[], rate: number): RatedFilter {
  const profiles = scores.map(({ label, neurons, clean, stamped }, i) => ({
    label,
    neurons,
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

async function scoreTriggers(job: CalibrationJob, layer: NeuronLayer): Promise<TriggerScores[]> {
  const { runtime, classifier, preprocessing, samples, triggers, signal } = job;
  const neurons = await drivenNeurons(job, layer);
  const parts = { classifier, preprocessing, layer, profiles: neurons.map((set) => ({ neurons: set, threshold: 0 })) };
  const filter = await ImageFilter.compile(runtime, parts);
  try {
    const clean = await filter.check(samples, undefined, signal);
    const scores: TriggerScores[] = [];
    for (const [i, trigger] of triggers.entries()) {
      const victims = imagesOfOthers(samples, trigger.label);
      const stamped = await filter.check(victims, stamping(trigger), signal);
      scores.push({
        label: trigger.label,
        neurons: neurons[i] ?? [],
        clean: clean.scores[i] ?? new Float32Array(),
        stamped: stamped.scores,
      });
    }
    return scores;
  } finally {
    await filter.dispose();
  }
}

/** Per trigger, the neurons it drives. */
async function drivenNeurons(
  { runtime, classifier, preprocessing, samples, triggers, signal }: CalibrationJob,
  layer: NeuronLayer,
): Promise<number[][]> {
  const meter = await ActivationMeter.compile(runtime, classifier, preprocessing, [layer]);
  try {
    const sets: number[][] = [];
    for (const trigger of triggers) {
      const others = imagesOfOthers(samples, trigger.label);
      const [clean] = await meter.means(others, undefined, signal);
      const [stamped] = await meter.means(others, stamping(trigger), signal);
      sets.push(topNeurons(clean ?? new Float32Array(), stamped ?? new Float32Array()));
    }
    return sets;
  } finally {
    await meter.dispose();
  }
}
