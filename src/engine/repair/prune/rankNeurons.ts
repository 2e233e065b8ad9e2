/** @file The order in which neurons are pruned. */
import type { Classifier } from '../../classify/classifier';
import type { NeuronLayer } from '../../neurons/layers';
import type { CancelSignal } from '../../support/cancellation';
import type { Runtime } from '../../runtime/runtime';
import type { Preprocessing } from '../../samples/preprocessing/preprocessing';
import type { KnownTrigger } from '../judge';
import { MeanMaps } from './meanMaps';
import type { LabelledImages } from '../../samples/samples';

export interface Ranking {
  /** All neurons of the layer, the first to be pruned first. */
  readonly order: readonly number[];
  readonly imagePasses: number;
}

/** What a ranking is made from. */
export interface RankingJob {
  readonly runtime: Runtime;
  readonly classifier: Classifier;
  readonly preprocessing: Preprocessing;
  readonly layer: NeuronLayer;
  readonly images: LabelledImages;
  readonly signal?: CancelSignal;
}

/**
 * By activation gap, largest first: how much more the stamped images excite a neuron than the clean ones (paper, VI-B). A
 * trigger is small, so a channel counts with the place where its gap is largest; with several triggers, with the largest gap of all.
 */
export async function rankByGap(job: RankingJob, triggers: readonly KnownTrigger[]): Promise<Ranking> {
  return withMaps(job, async (maps) => {
    const clean = await maps.measure(job.images, undefined, job.signal);
    const gaps = new Float32Array(clean.length).fill(-Infinity);
    for (const trigger of triggers) {
      const stamped = await maps.measure(job.images, trigger, job.signal);
      gaps.forEach((gap, i) => (gaps[i] = Math.max(gap, (stamped[i] ?? 0) - (clean[i] ?? 0))));
    }
    const largest = perNeuron(gaps, job.layer, (places) => Math.max(...places));
    return { order: descending(largest), imagePasses: job.images.count * (1 + triggers.length) };
  });
}

/** By mean activation on clean images, the most dormant first (fine-pruning; Liu, Dolan-Gavitt and Garg 2018). */
export async function rankByDormancy(job: RankingJob): Promise<Ranking> {
  return withMaps(job, async (maps) => {
    const clean = await maps.measure(job.images, undefined, job.signal);
    const dormancy = perNeuron(clean, job.layer, (places) => -places.reduce((sum, value) => sum + value, 0));
    return { order: descending(dormancy), imagePasses: job.images.count };
  });
}

async function withMaps<T>(job: RankingJob, use: (maps: MeanMaps) => Promise<T>): Promise<T> {
  const maps = await MeanMaps.compile(job.runtime, job.classifier, job.preprocessing, job.layer);
  try {
    return await use(maps);
  } finally {
    await maps.dispose();
  }
}

/** One number for each neuron out of its places. */
function perNeuron(
  maps: Float32Array,
  { neurons }: NeuronLayer,
  summarize: (places: Float32Array) => number,
): Float32Array {
  const places = maps.length / neurons;
  return Float32Array.from({ length: neurons }, (_, i) => summarize(maps.subarray(i * places, (i + 1) * places)));
}

/** Indices of the values, largest first; ties in order. */
export function descending(values: Float32Array): number[] {
  return Array.from(values.keys()).sort((a, b) => (values[b] ?? 0) - (values[a] ?? 0) || a - b);
}
