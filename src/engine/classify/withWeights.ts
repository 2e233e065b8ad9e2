/** @file A classifier with other weights. */
import type { Classifier } from './classifier';
import { initializerNamed } from '../graph/initializer';
import { float32, type Tensor } from '../graph/tensor';

/** The classifier with some initializers replaced; the original stays as it is. */
export function withWeights(classifier: Classifier, changed: ReadonlyMap<string, Tensor>): Classifier {
  if (changed.size === 0) return classifier;
  const initializers = new Map([...classifier.graph.initializers, ...changed]);
  return { ...classifier, graph: { ...classifier.graph, initializers } };
}

/** Plain arrays as tensors of the shapes that the classifier has for them. */
export function asTensors({ graph }: Classifier, values: ReadonlyMap<string, Float32Array>): Map<string, Tensor> {
  return new Map(
    [...values].map(([name, data]) => [name, float32(initializerNamed(graph.initializers, name).dims, data)] as const),
  );
}
