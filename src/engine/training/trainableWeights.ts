/** @file Which weights of a classifier a repair may train. */
import type { Classifier } from '../classify/classifier';
import { LINEAR } from '../neurons/neuronWeights';

/** Operators whose constant inputs are settings, not weights. */
const SETTINGS = new Set([
  'Clip',
  'Pad',
  'Resize',
  'OneHot',
  'Pow',
  'Mod',
  'Range',
  'ConstantOfShape',
  'Expand',
  'Where',
]);

/** Operators without a gradient through their constants, or with one that means nothing. */
const FROZEN_INPUTS: Readonly<Record<string, readonly number[]>> = { BatchNormalization: [3, 4] };

/**
 * Names of the float weights that can be written back, in the order of use. Left out: the statistics of batch
 * normalisation, which stay frozen; single numbers, which are constants of a formula; and what is done to the image before the first
 * linear layer, which is preprocessing.
 */
export function trainableWeights({ graph, input }: Classifier, writable: ReadonlySet<string>): string[] {
  const preprocessed = new Set([input.name]);
  const trained = new Set<string>();
  const excluded = new Set<string>();
  for (const node of graph.nodes) {
    const isPreprocessing = !LINEAR.has(node.op) && node.inputs.some((name) => preprocessed.has(name));
    if (isPreprocessing) for (const name of node.outputs) preprocessed.add(name);
    node.inputs.forEach((name, i) => {
      const tensor = graph.initializers.get(name);
      if (tensor?.dtype !== 'float32' || !writable.has(name)) return;
      const frozen = isPreprocessing || SETTINGS.has(node.op) || FROZEN_INPUTS[node.op]?.includes(i) === true;
      (frozen || tensor.data.length < 2 ? excluded : trained).add(name);
    });
  }
  return [...trained].filter((name) => !excluded.has(name));
}
