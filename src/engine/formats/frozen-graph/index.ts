/** @file Frozen graphs of TensorFlow: a `.pb` file that holds operators and weights. */
import type { ModelFormat } from '../format';
import { isFrozenGraph } from './detect';
import { readFrozenGraph } from './read';

export const frozenGraph: ModelFormat = {
  id: 'tensorflow-graph',
  label: 'TensorFlow frozen graph',
  detect: (_files, _path, head) => Promise.resolve(isFrozenGraph(head)),
  read: readFrozenGraph,
};
