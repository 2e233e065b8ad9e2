/** @file A trigger that drives one neuron as far as it goes: the first half of the Trojan attack (Liu et al. 2018). */
import { Adam, INVERSION_ADAM } from '../training/adam';
import type { GraphBuilder } from '../graph/builder';
import { newGraph } from '../ops/newGraph';
import { appendWithValues, type Classifier } from '../classify/classifier';
import { gradientName } from '../graph/differentiate';
import { float32, floats, type Tensor } from '../graph/tensor';
import { ActivationMeter, neuronMeans } from '../neurons/activations';
import { stamping } from '../identify/identifyTrigger';
import type { NeuronLayer } from '../neurons/layers';
import { throwIfCancelled, type CancelSignal } from '../support/cancellation';
import { Random } from '../support/random';
import type { Runtime } from '../runtime/runtime';
import { gatherInto, IndexStream, sampleIndices } from '../samples/batches';
import { applyPreprocessing, type Preprocessing } from '../samples/preprocessing/preprocessing';
import type { Samples } from '../samples/samples';
import type { PatchTrigger } from './triggers';

export interface DrivenTriggerJob {
  readonly runtime: Runtime;
  readonly classifier: Classifier;
  readonly preprocessing: Preprocessing;
  readonly layer: NeuronLayer;
  readonly samples: Samples;
  /** Its mask stays; its pattern is where the ascent starts. */
  readonly start: PatchTrigger;
  /** Neurons to choose from; all when absent. */
  readonly candidates?: readonly number[];
  readonly seed: number;
  readonly signal?: CancelSignal;
}

export interface DrivenTrigger {
  readonly trigger: PatchTrigger;
  readonly neuron: number;
}

const BATCH = 32;
const UPDATES = 200;

/**
 * Chooses the neuron that the start pattern excites most, since many cannot be reached from inside the mask at all, and
 * raises its mean activation on stamped images by gradient ascent on the pattern.
 */
export async function driveNeuron(job: DrivenTriggerJob): Promise<DrivenTrigger> {
  const { classifier, start, samples, seed, signal } = job;
  const neuron = await reachableNeuron(job);
  const { channels, height, width } = classifier.input;
  const size = channels * height * width;
  const session = await job.runtime.compile(ascentGraph(job, neuron), { loss: 'loss', wrt: ['variable'] });
  try {
    const variable = start.pattern.map((value) => Math.atanh(Math.min(0.99, Math.max(-0.99, value / 127.5 - 1))));
    const adam = new Adam(size, INVERSION_ADAM);
    const stream = new IndexStream(sampleIndices(samples), new Random(seed));
    const images = new Float32Array(BATCH * size);
    for (let update = 0; update < UPDATES; update++) {
      throwIfCancelled(signal);
      gatherInto(samples, stream.take(BATCH), images, 0);
      const outputs = await session.run(
        new Map<string, Tensor>([
          ['images', float32([BATCH, channels, height, width], images)],
          ['variable', float32([1, channels, height, width], variable)],
        ]),
      );
      const gradient = outputs.get(gradientName('variable'));
      if (gradient === undefined) throw new RangeError('The runtime returned no gradient');
      adam.step(variable, floats(gradient));
    }
    const pattern = variable.map((value, i) =>
      start.mask[i % start.mask.length] === 0 ? 0 : Math.round(127.5 * (Math.tanh(value) + 1)),
    );
    return { neuron, trigger: { mask: start.mask, pattern } };
  } finally {
    await session.dispose();
  }
}

async function reachableNeuron(job: DrivenTriggerJob): Promise<number> {
  const { runtime, classifier, preprocessing, layer, samples, start, candidates, signal } = job;
  const meter = await ActivationMeter.compile(runtime, classifier, preprocessing, [layer]);
  try {
    const [clean] = await meter.means(samples, undefined, signal);
    const [stamped] = await meter.means(samples, stamping(start), signal);
    const gains = (stamped ?? new Float32Array()).map((value, i) => value - (clean?.[i] ?? 0));
    return (candidates ?? [...gains.keys()]).reduce((best, neuron) =>
      (gains[neuron] ?? 0) > (gains[best] ?? 0) ? neuron : best,
    );
  } finally {
    await meter.dispose();
  }
}

/** Inputs `images` `[B, C, H, W]` and `variable` `[1, C, H, W]`, the pattern in tanh space; `loss` is minus the mean activation. */
function ascentGraph(
  { classifier, preprocessing, layer, start }: DrivenTriggerJob,
  neuron: number,
): ReturnType<GraphBuilder['build']> {
  const { channels, height, width } = classifier.input;
  const b = newGraph();
  const images = b.input('images', [BATCH, channels, height, width]);
  const variable = b.input('variable', [1, channels, height, width]);
  const pattern = b.op('Mul', [b.op('Add', [b.op('Tanh', [variable]), b.scalar(1)]), b.scalar(127.5)]);
  const mask = b.constant(float32([1, 1, height, width], start.mask), 'mask');
  const stamped = b.op('Add', [images, b.op('Mul', [mask, b.op('Sub', [pattern, images])])]);
  const { values } = appendWithValues(b, classifier, applyPreprocessing(b, stamped, preprocessing));
  const activation = b.op('Gather', [neuronMeans(b, values, layer), b.ints([neuron])], { axis: 1 });
  const loss = b.op('Neg', [b.op('ReduceMean', [activation], { keepdims: 0 })]);
  return b.build({ loss });
}
