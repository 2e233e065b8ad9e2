/** @file What a filter looks at: how strongly an image excites each neuron of the last layers, at the strongest place and over all places. */
import type { GraphBuilder } from '../graph/builder';
import type { Value } from '../graph/nodeBuilder';
import { newGraph } from '../ops/newGraph';
import { appendWithValues, type Classifier } from '../classify/classifier';
import { floats } from '../graph/tensor';
import type { NeuronLayer } from '../neurons/layers';
import { valueTypes } from '../neurons/valueTypes';
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

/** Columns of {@link evidenceOf} that each layer has. */
export function evidenceSizes(classifier: Classifier, layers: readonly NeuronLayer[]): number[] {
  const types = valueTypes(classifier);
  return layers.map(({ neurons, value }) => ((types.get(value)?.dims.length ?? 0) > 2 ? 2 : 1) * neurons);
}

/**
 * `[N, sum of evidenceSizes]`: of each layer its neurons' strongest activations over the places of the image, then their means; of a layer
 * without places just the activations. The strongest tells patches, the mean pictures that are blended in. Not the one at the trigger's place: a reversed
 * trigger often lies elsewhere than the attacker's own.
 */
export function evidenceOf(b: GraphBuilder, values: ReadonlyMap<string, Value>, layers: readonly NeuronLayer[]): Value {
  const columns = layers.flatMap((layer) => {
    const value = values.get(layer.value);
    if (value === undefined) throw new RangeError(`Value ${layer.value} vanished`);
    const places = value.dims.map((_, axis) => axis).filter((axis) => axis !== 0 && axis !== layer.axis);
    if (places.length === 0) return [value];
    return ['ReduceMax', 'ReduceMean'].map((op) => b.op(op, [value, b.ints(places)], { keepdims: 0 }));
  });
  const [only] = columns;
  return columns.length === 1 && only !== undefined ? only : b.op('Concat', columns, { axis: 1 });
}

export class EvidenceMeter {
  private constructor(
    private readonly session: Session,
    private readonly classifier: Classifier,
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
    return new EvidenceMeter(session, classifier);
  }

  /** Per image a row of {@link evidenceOf}. `prepare` may change an image first. */
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
        const size = values.length / IMAGE_BATCH;
        for (let i = 0; i < count; i++) rows.push(values.slice(i * size, (i + 1) * size));
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
