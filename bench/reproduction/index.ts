/** @file All experiments, in the order of the page. */
import type { Experiment } from './experiment';
import { detection } from './experiments/detection';
import { filter } from './experiments/filter';
import { labels } from './experiments/labels';
import { lowCost } from './experiments/lowCost';
import { neurons } from './experiments/neurons';
import { nine } from './experiments/nine';
import { noise } from './experiments/noise';
import { patchAll } from './experiments/patchAll';
import { pruning } from './experiments/pruning';
import { size } from './experiments/size';
import { source } from './experiments/source';
import { split } from './experiments/split';
import { triggers } from './experiments/triggers';
import { trojan } from './experiments/trojan';
import { unlearning } from './experiments/unlearning';

export const EXPERIMENTS: readonly Experiment[] = [
  ...[detection, triggers, lowCost, neurons, filter, pruning, unlearning],
  ...[noise, size, labels, patchAll, nine, source, trojan, split],
];
