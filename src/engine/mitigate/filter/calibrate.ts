/** @file Makes a filter from clean images and reversed triggers. */
import type { Classifier } from '../../graph/classifier';
import { ActivationMeter } from '../../identify/activations';
import { imagesOfOthers, stamping, topNeurons } from '../../identify/identifyTrigger';
import { neuronLayers, secondToLastLayer, type NeuronLayer } from '../../identify/layers';
import type { LabelTrigger } from '../../prepareWithReport';
import type { CancelSignal } from '../../progress';
import type { Runtime } from '../../runtime/runtime';
import type { Preprocessing } from '../../samples/preprocessing';
import type { Samples } from '../../samples/samples';
import { CURVE_RATES, pointAt, thresholdFor } from './curve';
import { ImageFilter } from './imageFilter';
import type { FilterProfile } from './savedFilter';

export interface CalibrationJob {
  readonly runtime: Runtime;
  readonly classifier: Classifier;
  readonly preprocessing: Preprocessing;
  /** Clean images, of all labels. */
  readonly samples: Samples;
  readonly triggers: readonly LabelTrigger[];
  /** Share 0–1 of clean images that may be rejected. */
  readonly falsePositiveRate: number;
  readonly signal?: CancelSignal;
}

export interface CalibratedFilter {
  readonly layer: NeuronLayer;
  readonly profiles: readonly FilterProfile[];
}

/** One profile per trigger: the top 1 % neurons of the second-to-last layer, and the threshold for its part of the rate. */
export async function calibrateFilter(job: CalibrationJob): Promise<CalibratedFilter> {
  const { runtime, classifier, preprocessing, samples, triggers, falsePositiveRate, signal } = job;
  const layer = secondToLastLayer(neuronLayers(classifier));
  const neurons = await drivenNeurons(job, layer);
  const parts = { classifier, preprocessing, layer, profiles: neurons.map((set) => ({ neurons: set, threshold: 0 })) };
  const filter = await ImageFilter.compile(runtime, parts);
  try {
    const clean = await filter.check(samples, undefined, signal);
    const rate = falsePositiveRate / triggers.length;
    const profiles: FilterProfile[] = [];
    for (const [i, trigger] of triggers.entries()) {
      const victims = imagesOfOthers(samples, trigger.label);
      const stamped = await filter.check(victims, stamping(trigger), signal);
      const [before, after] = [clean.scores[i], stamped.scores[i]];
      if (before === undefined || after === undefined) continue;
      profiles.push({
        label: trigger.label,
        neurons: neurons[i] ?? [],
        threshold: thresholdFor(before, rate),
        curve: CURVE_RATES.map((share) => pointAt(thresholdFor(before, share), before, after)),
      });
    }
    return { layer, profiles };
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
