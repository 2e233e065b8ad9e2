/** @file The pairs' norms in networks that no attacker has touched. */
import { Evaluator } from '../../classify/evaluator';
import { withUsualLogits } from '../../classify/usualLogits';
import { RAW } from '../../samples/preprocessing/preprocessing';
import type { LabelledImages } from '../../samples/samples';
import type { RunningScan } from '../budget/invertLabels';
import { SHORT_SCHEDULE, SHORT_UPDATES, shortNormsOf } from '../invert/shortInversion';
import type { Pair } from './pair';
import { trainTwin, TWIN_PASSES } from './twin';

/** One shows what is natural, several show it with less noise. */
const TWINS = 3;

/** Of each twin, the norms of `pairs` in their order. */
export async function twinNorms(
  { job, events }: RunningScan,
  images: LabelledImages,
  pairs: readonly Pair[],
): Promise<number[][]> {
  const { runtime, settings } = job;
  const { input: shape, classes } = job.classifier;
  const signal = events.signal === undefined ? {} : { signal: events.signal };
  const subjects = pairs.map(({ source, target }) => ({ label: target, sourceLabel: source }));
  const norms: number[][] = [];
  for (let seed = settings.seed; seed < settings.seed + TWINS; seed++) {
    const twin = await trainTwin({ runtime, images, shape, classes, seed, ...signal });
    const evaluator = await Evaluator.compile(runtime, twin, RAW);
    try {
      const classifier = await withUsualLogits(twin, evaluator, images, events.signal);
      const inverting = { runtime, classifier, preprocessing: RAW, loss: settings.loss, images, seed, ...signal };
      norms.push(await shortNormsOf(inverting, subjects));
    } finally {
      await evaluator.dispose();
    }
  }
  return norms;
}

/** What {@link twinNorms} costs. */
export function twinPasses(pairs: number): number {
  return TWINS * (TWIN_PASSES + pairs * SHORT_UPDATES * SHORT_SCHEDULE.batch);
}
