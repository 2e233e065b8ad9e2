/** @file Measures what a reversed trigger does to the neurons of a model: the paper's Tables III and V. */
import { attackSuccess, Evaluator } from '../classify/evaluator';
import { stampImage } from '../classify/labelTrigger';
import { SamplesError } from '../support/errors';
import type { Classifier } from '../classify/classifier';
import type { CancelSignal } from '../support/cancellation';
import type { Runtime } from '../runtime/runtime';
import type { PrepareImage } from '../classify/imageBatches';
import type { Preprocessing } from '../samples/preprocessing/preprocessing';
import type { Samples } from '../samples/samples';
import { selectSamples } from '../samples/select';
import { ActivationMeter } from '../neurons/activations';
import type { Identification, LayerActivation } from './identification';
import { neuronLayers, type NeuronLayer } from '../neurons/layers';

/** Mask `[H, W]` in 0–1, pattern `[C, H, W]` in 0–255. */
interface StampedTrigger {
  readonly mask: Float32Array;
  readonly pattern: Float32Array;
}

export interface IdentifyRequest {
  readonly runtime: Runtime;
  readonly classifier: Classifier;
  readonly preprocessing: Preprocessing;
  /** Best images that the scan did not use. */
  readonly samples: Samples;
  readonly label: number;
  readonly trigger: StampedTrigger;
  /** The attacker's own, where it is known. */
  readonly original?: StampedTrigger;
}

/** Throws {@link SamplesError} where all images are of the label. */
export async function identifyTrigger(request: IdentifyRequest, signal?: CancelSignal): Promise<Identification> {
  const { runtime, classifier, preprocessing, label, trigger, original } = request;
  const samples = imagesOfOthers(request.samples, label);
  const layers = neuronLayers(classifier);
  const meter = await ActivationMeter.compile(runtime, classifier, preprocessing, layers);
  try {
    const measure = (stamp?: StampedTrigger): Promise<Float32Array[]> =>
      meter.means(samples, stamp === undefined ? undefined : stamping(stamp), signal);
    const clean = await measure();
    const reversed = await measure(trigger);
    const given = original === undefined ? undefined : await measure(original);
    const evaluator = await Evaluator.compile(runtime, classifier, preprocessing);
    try {
      return {
        label,
        images: samples.count,
        attackSuccess: await attackSuccess(evaluator, samples, trigger, label, signal),
        layers: layers.map((layer, i) => layerActivation(layer, clean[i], reversed[i], given?.[i])),
      };
    } finally {
      await evaluator.dispose();
    }
  } finally {
    await meter.dispose();
  }
}

/** The 1 % of the neurons (at least one) whose activation grows most from `clean` to `stamped`, both `[neurons]`. */
export function topNeurons(clean: Float32Array, stamped: Float32Array): number[] {
  const gap = (neuron: number): number => (stamped[neuron] ?? 0) - (clean[neuron] ?? 0);
  return Array.from(clean.keys())
    .sort((a, b) => gap(b) - gap(a))
    .slice(0, Math.max(1, Math.round(clean.length / 100)));
}

/** Size of the intersection over size of the union; sets without repetitions. */
export function intersectionOverUnion(a: readonly number[], b: readonly number[]): number {
  const common = a.filter((item) => b.includes(item)).length;
  return common / (a.length + b.length - common);
}

export function imagesOfOthers(samples: Samples, label: number): Samples {
  const others = selectSamples(samples, (i) => samples.labels?.[i] !== label);
  if (others.count > 0) return others;
  throw new SamplesError('all images are of the label that the trigger leads to', {
    file: samples.path,
    expected: 'images of other labels',
    got: `label ${label}`,
  });
}

export function stamping(trigger: StampedTrigger): PrepareImage {
  return (image) => {
    stampImage(image, trigger);
  };
}

const NONE = new Float32Array();

function layerActivation(
  { name, kind, neurons }: NeuronLayer,
  clean: Float32Array = NONE,
  reversed: Float32Array = NONE,
  given?: Float32Array,
): LayerActivation {
  const top = topNeurons(clean, reversed);
  const mean = (values: Float32Array): number =>
    top.reduce((sum, neuron) => sum + (values[neuron] ?? 0), 0) / top.length;
  const layer = { name, kind, neurons, top, clean: mean(clean), reversed: mean(reversed) };
  if (given === undefined) return layer;
  const theirs = topNeurons(clean, given);
  return {
    ...layer,
    original: { activation: mean(given), top: theirs, overlap: intersectionOverUnion(top, theirs) },
  };
}
