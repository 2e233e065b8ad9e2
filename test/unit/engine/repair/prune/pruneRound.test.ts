import * as path from 'node:path';
import { expect, it } from 'vitest';
import { classifierOf } from '../../../../../src/engine/classify/classifier';
import { readModel } from '../../../../../src/engine/formats';
import { prunesWholeChannels } from '../../../../../src/engine/repair/prune/pruneRound';
import { REPAIR_DEFAULTS } from '../../../../../src/engine/repair/repairJob';
import { nodeFiles } from '../../../../../src/runner/files/nodeFiles';

it.each([
  ['test/fixtures/onnx/resnet.onnx', true],
  ['test/fixtures/onnx/mobilenet.onnx', true],
  ['media/sample/infected.onnx', false],
])('silences whole channels where no dense layer reads the flattened map: %s', async (file, whole) => {
  const model = await readModel(nodeFiles, path.resolve(file));
  const settings = { ...REPAIR_DEFAULTS, method: 'auto' } as const;
  const job = { classifier: classifierOf(model.graph), writable: model.weights };
  expect(prunesWholeChannels({ ...job, settings })).toBe(whole);
  const [layer] = model.graph.nodes.filter(({ op }) => op === 'Conv').map(({ name }) => name);
  // Who names a layer has it pruned as it is.
  expect(prunesWholeChannels({ ...job, settings: { ...settings, layer: layer! } })).toBe(false);
});
