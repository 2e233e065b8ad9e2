/** @file What a filter looks at: in each of the last layers, how strongly the place of the image that excites a neuron most does so. */
import type { GraphBuilder } from '../graph/builder';
import type { Value } from '../graph/nodeBuilder';
import { newGraph } from '../ops/newGraph';
import { appendWithValues, type Classifier } from '../classify/classifier';
import { floats } from '../graph/tensor';
import type { NeuronLayer } from '../neurons/layers';
import type { CancelSignal } from '../support/cancellation';
import type { Runtime, Session } from '../runtime/runtime';
import { IMAGE_BATCH, runImageBatches, type PrepareImage } from '../classify/imageBatches';
import { applyPreprocessing, type Preprocessing } from '../samples/preprocessing/preprocessing';
import type { Samples } from '../samples/samples';
import { UsageError } from '../support/errors';

/** Before the logits. In earlier ones the reversed trigger and the attacker's own have little in common. */
const LAYERS = 2;

export function evidenceLayers(layers: readonly NeuronLayer[]): NeuronLayer[] {
  if (layers.length > 0) return layers.slice(-LAYERS);
  throw new UsageError('the model has no layer with neurons', { hint: 'Repair the model instead.' });
}

/** Neurons of all the layers together. */
export function evidenceSize(layers: readonly Pick<NeuronLayer, 'neurons'>[]): number {
  return layers.reduce((sum, { neurons }) => sum + neurons, 0);
}

/**
 * `[N, evidenceSize]`: each neuron's strongest activation over the places of the image. The strongest, not the one at the trigger's place:
 * a reversed trigger often lies elsewhere than the attacker's own.
 */
export function evidenceOf(b: GraphBuilder, values: ReadonlyMap<string, Value>, layers: readonly NeuronLayer[]): Value {
  const peaks = layers.map((layer) => {
    const value = values.get(layer.value);
    if (value === undefined) throw new RangeError(`Value ${layer.value} vanished`);
    const places = value.dims.map((_, axis) => axis).filter((axis) => axis !== 0 && axis !== layer.axis);
    return places.length === 0 ? value : b.op('ReduceMax', [value, b.ints(places)], { keepdims: 0 });
  });
  const [only] = peaks;
  return peaks.length === 1 && only !== undefined ? only : b.op('Concat', peaks, { axis: 1 });
}

export class EvidenceMeter {
  private constructor(
    private readonly session: Session,
    private readonly classifier: Classifier,
    private readonly size: number,
  ) {}

  static async compile(
    runtime: Runtime,
    classifier: Classifier,
    preprocessing: Preprocessing,
    layers: readonly NeuronLayer[],
  ): Promise<EvidenceMeter> {
    const { channels, height, width } = classifier.input;
    const b = newGraph();
    const images = b.input('images', [IMAGE_BATCH, channels, height, width]);
    const { values } = appendWithValues(b, classifier, applyPreprocessing(b, images, preprocessing));
    const session = await runtime.compile(b.build({ evidence: evidenceOf(b, values, layers) }));
    return new EvidenceMeter(session, classifier, evidenceSize(layers));
  }

  /** Per image a row `[evidenceSize]`. `prepare` may change an image first. */
  async measure(
    samples: Pick<Samples, 'images' | 'count'>,
    prepare?: PrepareImage,
    signal?: CancelSignal,
  ): Promise<Float32Array[]> {
    const rows: Float32Array[] = [];
    await runImageBatches(
      this.session,
      this.classifier.input,
      samples,
      (outputs, _start, count) => {
        const tensor = outputs.get('evidence');
        if (tensor === undefined) throw new RangeError('The runtime returned no evidence');
        const values = floats(tensor);
        for (let i = 0; i < count; i++) rows.push(values.slice(i * this.size, (i + 1) * this.size));
      },
      prepare,
      signal,
    );
    return rows;
  }

  dispose(): Promise<void> {
    return this.session.dispose();
  }
}
