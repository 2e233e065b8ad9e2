/** @file The paper's own filter (VI-A), to compare with: mean activation of the 1 % of the second-to-last layer's neurons that the trigger drives most. */
import type { Classifier } from '../../src/engine/classify/classifier';
import type { LabelTrigger } from '../../src/engine/classify/labelTrigger';
import type { PrepareImage } from '../../src/engine/classify/imageBatches';
import { thresholdFor } from '../../src/engine/filter/curve';
import { imagesOfOthers, stamping, topNeurons } from '../../src/engine/identify/identifyTrigger';
import { ActivationMeter } from '../../src/engine/neurons/activations';
import { neuronLayers, secondToLastLayer } from '../../src/engine/neurons/layers';
import type { Runtime } from '../../src/engine/runtime/runtime';
import { RAW } from '../../src/engine/samples/preprocessing/preprocessing';
import type { Samples } from '../../src/engine/samples/samples';

/** Per image whether it is rejected; `rate` of the clean images are. */
export async function paperFilter(
  runtime: Runtime,
  classifier: Classifier,
  samples: Samples,
  triggers: readonly LabelTrigger[],
  rate: number,
): Promise<{
  readonly check: (images: Samples, prepare?: PrepareImage) => Promise<boolean[]>;
  readonly dispose: () => Promise<void>;
}> {
  const layer = secondToLastLayer(neuronLayers(classifier));
  const meter = await ActivationMeter.compile(runtime, classifier, RAW, [layer]);
  const means = async (images: Samples, neurons: readonly number[], prepare?: PrepareImage): Promise<Float32Array> => {
    const [values = new Float32Array()] = await meter.perImage(images, prepare);
    return Float32Array.from({ length: images.count }, (_, i) =>
      neurons.reduce((sum, neuron) => sum + (values[i * layer.neurons + neuron] ?? 0) / neurons.length, 0),
    );
  };
  const profiles: { neurons: number[]; threshold: number }[] = [];
  for (const trigger of triggers) {
    const others = imagesOfOthers(samples, trigger.label);
    const [clean = new Float32Array()] = await meter.means(others);
    const [stamped = new Float32Array()] = await meter.means(others, stamping(trigger));
    const neurons = topNeurons(clean, stamped);
    profiles.push({ neurons, threshold: thresholdFor(await means(samples, neurons), rate / triggers.length) });
  }
  return {
    check: async (images, prepare) => {
      const rejected = Array<boolean>(images.count).fill(false);
      for (const { neurons, threshold } of profiles) {
        (await means(images, neurons, prepare)).forEach((score, i) => {
          if (score > threshold) rejected[i] = true;
        });
      }
      return rejected;
    },
    dispose: () => meter.dispose(),
  };
}
