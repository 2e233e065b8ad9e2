/** @file Where in a layer's maps images excite its neurons. */
import { stampImage } from '../../classify/labelTrigger';
import { newGraph } from '../../ops/newGraph';
import { appendWithValues, type Classifier } from '../../classify/classifier';
import { float32, floats, type Tensor } from '../../graph/tensor';
import type { NeuronLayer } from '../../neurons/layers';
import { throwIfCancelled, type CancelSignal } from '../../support/cancellation';
import type { Runtime, Session } from '../../runtime/runtime';
import { IMAGE_BATCH } from '../../classify/imageBatches';
import { applyPreprocessing, type Preprocessing } from '../../samples/preprocessing/preprocessing';
import type { KnownTrigger } from '../judge';
import type { LabelledImages } from '../../samples/samples';

/** Mean activations of one layer over images, place by place; summed up inside the graph, as maps can be large. */
export class MeanMaps {
  private constructor(
    private readonly session: Session,
    private readonly classifier: Classifier,
    private readonly countDims: readonly number[],
  ) {}

  static async compile(
    runtime: Runtime,
    classifier: Classifier,
    preprocessing: Preprocessing,
    layer: NeuronLayer,
  ): Promise<MeanMaps> {
    const { channels, height, width } = classifier.input;
    const b = newGraph();
    const images = b.input('images', [IMAGE_BATCH, channels, height, width]);
    const { values } = appendWithValues(b, classifier, applyPreprocessing(b, images, preprocessing));
    const value = values.get(layer.value);
    if (value === undefined) throw new RangeError(`Value ${layer.value} vanished`);
    // Rows that only fill up the last batch must not count.
    const counts = b.input('counts', [IMAGE_BATCH, ...value.dims.slice(1).map(() => 1)]);
    const rank = value.dims.length;
    const toFront = [
      layer.axis,
      ...Array.from({ length: rank }, (_, axis) => axis).filter((axis) => axis !== layer.axis),
    ];
    const counted = b.op('Transpose', [b.op('Mul', [value, counts])], { perm: toFront });
    const sums = b.op('ReduceSum', [counted, b.ints([1])], { keepdims: 0 });
    return new MeanMaps(await runtime.compile(b.build({ sums })), classifier, counts.dims);
  }

  /** `[neurons, places]`: mean over the images, with the trigger on them where one is given. */
  async measure(
    { images, count }: Pick<LabelledImages, 'images' | 'count'>,
    trigger?: KnownTrigger,
    signal?: CancelSignal,
  ): Promise<Float32Array> {
    const { channels, height, width } = this.classifier.input;
    const size = channels * height * width;
    const buffer = new Float32Array(IMAGE_BATCH * size);
    let total = new Float64Array();
    for (let start = 0; start < count; start += IMAGE_BATCH) {
      throwIfCancelled(signal);
      const used = Math.min(IMAGE_BATCH, count - start);
      buffer.set(images.subarray(start * size, (start + used) * size));
      if (trigger !== undefined) {
        for (let i = 0; i < used; i++) stampImage(buffer.subarray(i * size, (i + 1) * size), trigger);
      }
      const sums = floats(await this.#sums(buffer, used));
      if (start === 0) total = new Float64Array(sums.length);
      sums.forEach((sum, i) => (total[i] = (total[i] ?? 0) + sum));
    }
    return Float32Array.from(total, (sum) => sum / count);
  }

  dispose(): Promise<void> {
    return this.session.dispose();
  }

  async #sums(buffer: Float32Array, used: number): Promise<Tensor> {
    const { channels, height, width } = this.classifier.input;
    const counts = Float32Array.from({ length: IMAGE_BATCH }, (_, i) => (i < used ? 1 : 0));
    const outputs = await this.session.run(
      new Map([
        ['images', float32([IMAGE_BATCH, channels, height, width], buffer)],
        ['counts', float32(this.countDims, counts)],
      ]),
    );
    const sums = outputs.get('sums');
    if (sums === undefined) throw new RangeError('The runtime returned no activations');
    return sums;
  }
}
