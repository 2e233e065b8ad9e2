/** @file How strongly images excite the neurons of some layers. */
import type { GraphBuilder } from '../graph/builder';
import type { Value } from '../graph/nodeBuilder';
import { newGraph } from '../ops/newGraph';
import { appendWithValues, type Classifier } from '../classify/classifier';
import { floats, type Tensor } from '../graph/tensor';
import type { CancelSignal } from '../support/cancellation';
import type { Runtime, Session } from '../runtime/runtime';
import { IMAGE_BATCH, runImageBatches, type PrepareImage } from '../classify/imageBatches';
import { applyPreprocessing, type Preprocessing } from '../samples/preprocessing/preprocessing';
import type { Samples } from '../samples/samples';
import type { NeuronLayer } from './layers';

export class ActivationMeter {
  private constructor(
    private readonly session: Session,
    private readonly classifier: Classifier,
    private readonly layers: readonly NeuronLayer[],
  ) {}

  /** `layers` as {@link neuronLayers} gives them for this classifier. */
  static async compile(
    runtime: Runtime,
    classifier: Classifier,
    preprocessing: Preprocessing,
    layers: readonly NeuronLayer[],
  ): Promise<ActivationMeter> {
    const { channels, height, width } = classifier.input;
    const b = newGraph();
    const images = b.input('images', [IMAGE_BATCH, channels, height, width]);
    const { values } = appendWithValues(b, classifier, applyPreprocessing(b, images, preprocessing));
    const outputs = layers.map((layer, i) => [outputName(i), neuronMeans(b, values, layer)] as const);
    return new ActivationMeter(await runtime.compile(b.build(Object.fromEntries(outputs))), classifier, layers);
  }

  /**
   * For each layer `[count, neurons]`: the activation of each neuron by each image, averaged over the places of the
   * image. `prepare` may change an image first.
   */
  async perImage(
    samples: Pick<Samples, 'images' | 'count'>,
    prepare?: PrepareImage,
    signal?: CancelSignal,
  ): Promise<Float32Array[]> {
    const results = this.layers.map(({ neurons }) => new Float32Array(samples.count * neurons));
    const receive = (outputs: ReadonlyMap<string, Tensor>, start: number, count: number): void => {
      this.layers.forEach(({ neurons }, i) => {
        const tensor = outputs.get(outputName(i));
        if (tensor === undefined) throw new RangeError('The runtime returned no activations');
        results[i]?.set(floats(tensor).subarray(0, count * neurons), start * neurons);
      });
    };
    await runImageBatches(this.session, this.classifier.input, samples, receive, prepare, signal);
    return results;
  }

  /** For each layer `[neurons]`: the mean of {@link perImage} over the images. */
  async means(
    samples: Pick<Samples, 'images' | 'count'>,
    prepare?: PrepareImage,
    signal?: CancelSignal,
  ): Promise<Float32Array[]> {
    const perImage = await this.perImage(samples, prepare, signal);
    return perImage.map((values, i) => columnMeans(values, this.layers[i]?.neurons ?? 1));
  }

  dispose(): Promise<void> {
    return this.session.dispose();
  }
}

/** `[N, neurons]`: the layer's value averaged over the places of each image. `values` are those of the appended classifier. */
export function neuronMeans(b: GraphBuilder, values: ReadonlyMap<string, Value>, layer: NeuronLayer): Value {
  const value = values.get(layer.value);
  if (value === undefined) throw new RangeError(`Value ${layer.value} vanished`);
  const places = value.dims.map((_, axis) => axis).filter((axis) => axis !== 0 && axis !== layer.axis);
  return places.length === 0 ? value : b.op('ReduceMean', [value, b.ints(places)], { keepdims: 0 });
}

/** Mean of each column of `[rows, columns]`. */
export function columnMeans(values: Float32Array, columns: number): Float32Array {
  const rows = values.length / columns;
  const sums = new Float64Array(columns);
  values.forEach((value, i) => {
    sums[i % columns] = (sums[i % columns] ?? 0) + value;
  });
  return Float32Array.from(sums, (sum) => sum / rows);
}

function outputName(layer: number): string {
  return `activation${layer}`;
}
