import { expect, it } from 'vitest';
import { classifierOf } from '../../../../src/engine/classify/classifier';
import { evidenceLayers, EvidenceMeter, evidenceSizes } from '../../../../src/engine/filter/evidence';
import { float32 } from '../../../../src/engine/graph/tensor';
import { neuronLayers } from '../../../../src/engine/neurons/layers';
import { createOnnxRuntime } from '../../../../src/engine/runtime/onnxruntime';
import { RAW } from '../../../../src/engine/samples/preprocessing/preprocessing';

it('is the strongest activation of every neuron, wherever in the image, and the mean, of the last two layers', async () => {
  const node = (op: string, name: string, inputs: string[], attributes = {}) => ({
    ...{ op, name, inputs, outputs: [name], attributes },
  });
  const classifier = classifierOf({
    inputs: [{ name: 'image', dtype: 'float32', dims: [null, 1, 2, 2] }],
    outputs: ['logits'],
    nodes: [
      node('Conv', 'first', ['image', 'one']),
      node('Conv', 'maps', ['first', 'both']),
      node('Flatten', 'flat', ['maps']),
      node('Gemm', 'units', ['flat', 'units.weight']),
      node('Gemm', 'logits', ['units', 'logits.weight']),
    ],
    initializers: new Map([
      ['one', float32([1, 1, 1, 1], [1])],
      ['both', float32([2, 1, 1, 1], [1, -1])],
      ['units.weight', float32([8, 1], [1, 1, 1, 1, 0, 0, 0, 0])],
      ['logits.weight', float32([1, 2], [1, -1])],
    ]),
  });
  const layers = evidenceLayers(neuronLayers(classifier));
  expect(layers.map(({ name }) => name)).toEqual(['maps', 'units']);
  const runtime = await createOnnxRuntime({ library: 'onnxruntime-node', provider: 'cpu', threads: 1 });
  const meter = await EvidenceMeter.compile(runtime, classifier, RAW, layers);
  const images = Float32Array.of(1, 2, 3, 4, 9, 2, 3, 4);
  expect((await meter.measure({ images, count: 2 })).map((row) => [...row])).toEqual([
    [4, -1, 2.5, -2.5, 10],
    [9, -2, 4.5, -4.5, 18],
  ]);
  await meter.dispose();
  expect(evidenceSizes(classifier, layers)).toEqual([4, 1]);
  expect(() => evidenceLayers([])).toThrow('no layer with neurons');
});
