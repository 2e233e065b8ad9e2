/** @file The pairs' norms in networks that no attacker has touched. */
import { Evaluator } from '../../classify/evaluator';
import { withUsualLogits } from '../../classify/usualLogits';
import { RAW } from '../../samples/preprocessing/preprocessing';
import type { LabelledImages } from '../../samples/samples';
import type { RunningScan } from '../budget/invertLabels';
import type { InversionTask } from '../invert/runInversions';
import { SHORT_SCHEDULE, SHORT_UPDATES, shortNormsOf } from '../invert/shortInversion';
import type { Pair } from './pair';
import { ProgressMeter } from '../budget/progressMeter';
import { trainTwin, TWIN_PASSES, TWIN_UPDATES } from './twin';

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
  const total = TWINS * (TWIN_UPDATES + pairs.length * SHORT_UPDATES);
  const meter = new ProgressMeter('comparing', job.now, events, total, TWINS);
  for (let seed = settings.seed; seed < settings.seed + TWINS; seed++) {
    const twin = await trainTwin({
      runtime,
      images,
      shape,
      classes,
      seed,
      ...signal,
      onUpdate: () => {
        meter.advance([], 1);
      },
    });
    const evaluator = await Evaluator.compile(runtime, twin, RAW);
    try {
      const classifier = await withUsualLogits(twin, evaluator, images, events.signal);
      const inverting = { runtime, classifier, preprocessing: RAW, loss: settings.loss, images, seed, ...signal };
      const onUpdate = (active: readonly InversionTask[]): void => {
        meter.advance(active);
      };
      norms.push(await shortNormsOf({ ...inverting, onUpdate }, subjects));
      meter.labelsDone++;
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
