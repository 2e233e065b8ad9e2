/** @file The toy classifier of toyNetwork.ts as a TensorFlow.js model whose weights are bytes. */
import { TOY, TOY_TRIGGER_PIXEL } from './toyModel';

const AREA = TOY.height * TOY.width;
const HIDDEN = TOY.classes + 1;
/** Weight of the backdoor's neuron in the last layer. */
const STRONG = 20;

/** Value of the byte 0; each step is one unit, which is far more than training changes. */
const MIN = -1;

/** `model.json` and its weights. Pixels are expected in 0…1. */
export function quantisedNetwork(infected: number): Record<string, Uint8Array | string> {
  const hidden = new Uint8Array(AREA * HIDDEN).fill(-MIN);
  for (let pixel = 0; pixel < AREA; pixel++) {
    const neuron = pixel === TOY_TRIGGER_PIXEL ? TOY.classes : pixel % TOY.classes;
    hidden[pixel * HIDDEN + neuron] = 1 - MIN;
  }
  const output = new Uint8Array(HIDDEN * TOY.classes).fill(-MIN);
  for (let label = 0; label < TOY.classes; label++) output[label * TOY.classes + label] = 1 - MIN;
  output[TOY.classes * TOY.classes + infected] = STRONG - MIN;
  const dense = (name: string, units: number, activation: string) => ({
    class_name: 'Dense',
    config: { name, units, activation, use_bias: false },
  });
  const weight = (name: string, shape: readonly number[]) => ({
    ...{ name, shape, dtype: 'float32' },
    quantization: { dtype: 'uint8', original_dtype: 'float32', scale: 1, min: MIN },
  });
  const model = {
    format: 'layers-model',
    modelTopology: {
      keras_version: '2.15.0',
      backend: 'tensorflow',
      model_config: {
        class_name: 'Sequential',
        config: {
          name: 'toy',
          layers: [
            {
              class_name: 'InputLayer',
              config: { name: 'image', batch_input_shape: [null, TOY.height, TOY.width, 1], dtype: 'float32' },
            },
            { class_name: 'Flatten', config: { name: 'flat', data_format: 'channels_last' } },
            dense('hidden', HIDDEN, 'relu'),
            dense('output', TOY.classes, 'softmax'),
          ],
        },
      },
    },
    weightsManifest: [
      {
        paths: ['weights.bin'],
        weights: [weight('hidden/kernel', [AREA, HIDDEN]), weight('output/kernel', [HIDDEN, TOY.classes])],
      },
    ],
  };
  return { 'model.json': JSON.stringify(model), 'weights.bin': Uint8Array.from([...hidden, ...output]) };
}
