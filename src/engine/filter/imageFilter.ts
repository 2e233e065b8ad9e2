/** @file The filter at work (after VI-A of the paper): classifies an image or rejects it, by what a trigger does to the neurons of the last layers. */
import type { GraphBuilder } from '../graph/builder';
import type { Value } from '../graph/nodeBuilder';
import { newGraph } from '../ops/newGraph';
import { appendWithValues, type Classifier } from '../classify/classifier';
import { float32, floats, toNumbers, type Tensor } from '../graph/tensor';
import type { NeuronLayer } from '../neurons/layers';
import type { CancelSignal } from '../support/cancellation';
import { encodeModel } from '../runtime/encode';
import type { Runtime, Session } from '../runtime/runtime';
import { IMAGE_BATCH, runImageBatches, type PrepareImage } from '../classify/imageBatches';
import { applyPreprocessing, type Preprocessing } from '../samples/preprocessing/preprocessing';
import type { Samples } from '../samples/samples';
import { evidenceOf } from './evidence';
import type { FilterProfile } from './savedFilter';

/** What the filter answers instead of a label. */
export const REJECTED = -1;

/** What a filter consists of. */
export interface FilterParts {
  readonly classifier: Classifier;
  readonly preprocessing: Preprocessing;
  readonly layers: readonly NeuronLayer[];
  readonly profiles: readonly Pick<FilterProfile, 'weights' | 'offset' | 'threshold'>[];
}

export interface FilterAnswer {
  /** `[count]`, {@link REJECTED} or the predicted label. */
  readonly labels: Int32Array;
  /** Per profile `[count]`: how unlike a clean image it is, in their standard deviations. */
  readonly scores: readonly Float32Array[];
}

export class ImageFilter {
  private constructor(
    private readonly session: Session,
    private readonly parts: FilterParts,
  ) {}

  static async compile(runtime: Runtime, parts: FilterParts): Promise<ImageFilter> {
    return new ImageFilter(await runtime.compile(filterGraph(parts, IMAGE_BATCH)), parts);
  }

  async check(
    samples: Pick<Samples, 'images' | 'count'>,
    prepare?: PrepareImage,
    signal?: CancelSignal,
  ): Promise<FilterAnswer> {
    const labels = new Int32Array(samples.count);
    const { classifier, profiles } = this.parts;
    const scores = profiles.map(() => new Float32Array(samples.count));
    const receive = (outputs: ReadonlyMap<string, Tensor>, start: number, count: number): void => {
      labels.set(toNumbers(output(outputs, 'label')).slice(0, count), start);
      const values = floats(output(outputs, 'score'));
      scores.forEach((column, profile) => {
        for (let i = 0; i < count; i++) column[start + i] = values[i * profiles.length + profile] ?? 0;
      });
    };
    await runImageBatches(this.session, classifier.input, samples, receive, prepare, signal);
    return { labels, scores };
  }

  dispose(): Promise<void> {
    return this.session.dispose();
  }
}

/**
 * The filter as an ONNX file. Input `images` `[1, C, H, W]`, raw pixels 0–255; outputs `label` `[1]`, int64, which is
 * {@link REJECTED} for a rejected image, and `score` `[1, profiles]`.
 */
export function encodeFilter(parts: FilterParts): Uint8Array {
  const graph = filterGraph(parts, 1);
  return encodeModel(graph, graph.types);
}

function filterGraph(
  { classifier, preprocessing, layers, profiles }: FilterParts,
  batch: number,
): ReturnType<GraphBuilder['build']> {
  const { channels, height, width } = classifier.input;
  const b = newGraph();
  const images = b.input('images', [batch, channels, height, width]);
  const { logits, values } = appendWithValues(b, classifier, applyPreprocessing(b, images, preprocessing));
  const row = (name: string, of: (profile: FilterParts['profiles'][number]) => number): Value =>
    b.constant(float32([1, profiles.length], profiles.map(of)), name);
  const columns = profiles.map(({ weights }) => weights.flat());
  const evidence = evidenceOf(b, values, layers);
  const [, size = 0] = evidence.dims;
  const weights = Float32Array.from({ length: size * profiles.length }, (_, i) => {
    return columns[i % profiles.length]?.[Math.floor(i / profiles.length)] ?? 0;
  });
  const projected = b.op('MatMul', [evidence, b.constant(float32([size, profiles.length], weights), 'weights')]);
  const score = b.op('Add', [projected, row('offsets', ({ offset }) => offset)]);
  const thresholds = row('thresholds', ({ threshold }) => threshold);
  const excess = b.op('ReduceMax', [b.op('Sub', [score, thresholds]), b.ints([1])], { keepdims: 0 });
  const predicted = b.op('ArgMax', [logits], { axis: 1, keepdims: 0 });
  const label = b.op('Where', [b.op('Greater', [excess, b.scalar(0)]), b.ints([REJECTED]), predicted]);
  return b.build({ label, score });
}

function output(outputs: ReadonlyMap<string, Tensor>, name: string): Tensor {
  const tensor = outputs.get(name);
  if (tensor === undefined) throw new RangeError(`The runtime returned no ${name}`);
  return tensor;
}
