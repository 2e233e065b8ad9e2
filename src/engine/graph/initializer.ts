/** @file A weight of a graph by its name. */
import type { Tensor } from './tensor';

/** Throws RangeError where there is none: names come from the graph itself. */
export function initializerNamed(initializers: ReadonlyMap<string, Tensor>, name: string): Tensor {
  const tensor = initializers.get(name);
  if (tensor === undefined) throw new RangeError(`The model has no weight named ${name}`);
  return tensor;
}
