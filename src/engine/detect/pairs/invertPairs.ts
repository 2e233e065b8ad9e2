/** @file Inverts pairs of labels, resuming from the checkpoint and saving to it. */
import type { LabelledImages } from '../../samples/samples';
import { invertOpen, type RunningScan, type Stage } from '../budget/invertLabels';
import { ProgressMeter } from '../budget/progressMeter';
import type { InversionResult } from '../invert/inversion';
import type { Pair } from './pair';

/** One result for each of `pairs`, in their order. `images` have the labels by which the sources are known. */
export async function invertPairs(
  scan: RunningScan,
  stage: Omit<Stage, 'phase'>,
  images: LabelledImages,
  pairs: readonly Pair[],
): Promise<InversionResult[]> {
  const { job, events, checkpoint } = scan;
  const { seed } = job.settings;
  const keyOf = ({ source, target }: Pair): number => source * job.classifier.classes + target;
  const resultOf = (pair: Pair): InversionResult | undefined => checkpoint.results(stage.name, keyOf(pair))[0];
  const open = pairs.filter((pair) => resultOf(pair) === undefined);
  const { updates } = stage.options;
  const meter = new ProgressMeter('pairing', job.now, events, pairs.length * updates, pairs.length);
  meter.skip((pairs.length - open.length) * updates);
  meter.labelsDone = pairs.length - open.length;
  await invertOpen(
    { ...scan, job: { ...job, images } },
    { ...stage, phase: 'pairing' },
    open.map((pair) => ({ label: pair.target, sourceLabel: pair.source, key: keyOf(pair), seed })),
    meter,
    () => {
      meter.labelsDone++;
    },
  );
  return pairs.flatMap((pair) => resultOf(pair) ?? []);
}
