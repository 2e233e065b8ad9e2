/** @file Frozen graphs of TensorFlow: a `.pb` file that holds operators and weights. */
import type { ModelFormat } from '../format';
import { detectFrozenGraph } from './detect';
import { readFrozenGraph } from './read';

export const frozenGraph: ModelFormat = {
  id: 'tensorflow-graph',
  label: 'TensorFlow frozen graph',
  detect: detectFrozenGraph,
  read: readFrozenGraph,
};
