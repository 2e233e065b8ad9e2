/** @file Shapes of everything inside a classifier. */
import { newGraph } from '../ops/newGraph';
import type { Classifier } from '../classify/classifier';
import type { TensorType } from '../graph/tensor';

/** Types of all values and initializers, by name. */
export function valueTypes({ graph, input }: Classifier): ReadonlyMap<string, TensorType> {
  const { channels, height, width } = input;
  const b = newGraph();
  const dims = input.layout === 'NCHW' ? [2, channels, height, width] : [2, height, width, channels];
  return new Map<string, TensorType>([
    ...graph.initializers,
    ...b.inline(graph, new Map([[input.name, b.input(input.name, dims)]])),
  ]);
}
