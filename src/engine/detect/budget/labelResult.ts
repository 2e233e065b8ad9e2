/** @file What the inversions of a label come to in the report. */
import { encodeFloats } from '../../support/base64';
import { attackSuccess, type Evaluator } from '../../classify/evaluator';
import type { StampedTrigger } from '../../classify/labelTrigger';
import type { LabelResult, Trigger } from '../../report/scanReport';
import type { CleanImages, ImageShape } from '../../samples/samples';
import type { CancelSignal } from '../../support/cancellation';
import type { InversionResult } from '../invert/inversion';
import { comparedNorm } from '../judge/comparedNorm';
import { anomalyIndices } from '../judge/outliers';
import type { DetectionJob } from '../scanJob';

/** Images on which a reversed trigger's success is verified, at most. */
const VERIFY_IMAGES = 512;

type Named = Pick<DetectionJob, 'labelNames' | 'classifier'>;

/** A label without a norm. */
export function emptyResult(label: number, state: LabelResult['state'], { labelNames }: Named): LabelResult {
  const name = labelNames?.[label];
  return { label, ...(name === undefined ? {} : { name }), state, l1PerSeed: [], flagged: false, curve: [] };
}

/** The smallest trigger of a label over its seeds; `not-reached` where none of them has one. */
export function smallestOf(job: Named, label: number, results: readonly InversionResult[]): LabelResult {
  const triggers = results.flatMap(({ trigger }) => (trigger === undefined ? [] : [trigger]));
  const curve = results[0]?.curve ?? [];
  const [best] = triggers.toSorted((a, b) => a.l1 - b.l1);
  if (best === undefined) return { ...emptyResult(label, 'not-reached', job), curve };
  return {
    ...emptyResult(label, 'found', job),
    l1: best.l1,
    l1PerSeed: triggers.map(({ l1 }) => l1),
    trigger: triggerOf(job.classifier.input, best),
    curve,
  };
}

/** As reports have it. */
export function triggerOf({ channels, height, width }: ImageShape, { mask, pattern }: StampedTrigger): Trigger {
  return { channels, height, width, mask: encodeFloats(mask), pattern: encodeFloats(pattern) };
}

/** Adds on how many images, which it was not judged on, the smallest trigger works. */
export async function verified(
  { classifier, images }: Pick<DetectionJob, 'classifier' | 'images'>,
  evaluator: Evaluator,
  result: LabelResult,
  runs: readonly InversionResult[],
  signal?: CancelSignal,
): Promise<LabelResult> {
  const best = runs.find(({ trigger }) => trigger !== undefined && trigger.l1 === result.l1)?.trigger;
  if (best === undefined) return result;
  const { channels, height, width } = classifier.input;
  const count = Math.min(images.count, VERIFY_IMAGES);
  const subset: CleanImages = {
    ...images,
    images: images.images.subarray(0, count * channels * height * width),
    count,
  };
  return { ...result, attackSuccess: await attackSuccess(evaluator, subset, best, result.label, signal) };
}

/** With the index that the label has among those that are done so far. */
export function preliminary(result: LabelResult, sofar: readonly LabelResult[]): LabelResult {
  const found = sofar.filter(({ l1 }) => l1 !== undefined);
  const index = anomalyIndices(found.map(comparedNorm))[found.indexOf(result)];
  return index === undefined ? result : { ...result, anomalyIndex: index };
}
