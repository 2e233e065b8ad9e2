/** @file A fixture with some neurons pruned and all trained weights changed, as a repair would change them. */
import { classifierOf } from '../../src/engine/classify/classifier';
import { float32, floats, type Tensor } from '../../src/engine/graph/tensor';
import { neuronLayers } from '../../src/engine/neurons/layers';
import type { ModelFile, WrittenFile } from '../../src/engine/formats/format';
import { readModel } from '../../src/engine/formats';
import { silenceNeurons } from '../../src/engine/repair/prune/silenceNeurons';
import { trainableWeights } from '../../src/engine/training/trainableWeights';
import { withWeights } from '../../src/engine/classify/withWeights';
import { nodeFiles } from '../../src/runner/files/nodeFiles';

/** Model files below test/fixtures, and the name of the repaired copy. */
export const REPAIRED_FIXTURES = {
  'keras-h5/resnet-bn.h5': 'resnet-bn.h5',
  'keras-h5/mobilenet.h5': 'mobilenet.h5',
  'keras-v3/resnet-bn.keras': 'resnet-bn.keras',
  'keras-v3/mobilenet.keras': 'mobilenet.keras',
  'onnx/resnet.onnx': 'resnet.onnx',
  'onnx/mobilenet.onnx': 'mobilenet.onnx',
  'tfjs/resnet-bn/model.json': 'resnet-bn.json',
  'tfjs/mobilenet/model.json': 'mobilenet.json',
} as const;

/** Neurons 0 and 2 of every layer that can be pruned are silent; every trained weight is 1 % larger. */
export async function repairedFixture(
  path: string,
  baseName: string,
): Promise<{ model: ModelFile; weights: ReadonlyMap<string, Tensor>; files: readonly WrittenFile[] }> {
  const model = await readModel(nodeFiles, path);
  const classifier = classifierOf(model.graph);
  const weights = new Map<string, Tensor>();
  for (const name of trainableWeights(classifier, model.weights)) {
    const tensor = model.graph.initializers.get(name);
    if (tensor !== undefined)
      weights.set(
        name,
        float32(
          tensor.dims,
          floats(tensor).map((value) => 1.01 * value),
        ),
      );
  }
  for (const layer of neuronLayers(classifier, model.weights)) {
    const { initializers } = withWeights(classifier, weights).graph;
    for (const [name, tensor] of silenceNeurons(initializers, layer, [0, 2])) weights.set(name, tensor);
  }
  return { model, weights, files: await model.write(weights, baseName) };
}
