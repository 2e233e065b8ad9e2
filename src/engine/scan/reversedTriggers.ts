/** @file The triggers that a repair works against, out of a scan's report. */
import { decodeFloats } from '../support/base64';
import { UsageError } from '../support/errors';
import type { LabelResult, ScanReport, Trigger } from '../report/scanReport';
import type { ImageShape } from '../samples/samples';
import type { LabelTrigger, StampedTrigger } from '../classify/labelTrigger';

/** Which labels are repaired: the flagged ones, all that have a trigger, or those given. */
export type LabelChoice = 'flagged' | 'all' | readonly number[];

/** Throws {@link UsageError} where nothing is left to repair. */
export function reversedTriggers(
  report: Pick<ScanReport, 'labels' | 'flagged'>,
  choice: LabelChoice,
  shape: ImageShape,
): (LabelTrigger & { readonly source: 'reversed' })[] {
  const labels = choice === 'flagged' ? report.flagged : choice === 'all' ? withTrigger(report.labels) : choice;
  if (labels.length === 0) {
    throw choice === 'flagged'
      ? new UsageError('no label is flagged, so there is nothing to repair', {
          hint: 'If you distrust the model all the same, choose a method that needs no trigger, or repair all labels at once.',
        })
      : new UsageError('the scan found no trigger for any label', { hint: 'Scan the model again with more updates.' });
  }
  return labels.map((label) => {
    const { trigger, sourceLabel } = report.labels.find((result) => result.label === label) ?? {};
    if (trigger === undefined) {
      throw new UsageError(`the scan found no trigger for label ${label}`, {
        expected: `one of the labels ${withTrigger(report.labels).join(', ')}`,
        got: String(label),
      });
    }
    return {
      ...{ label, source: 'reversed', ...decode(trigger, shape) },
      ...(sourceLabel !== undefined && { sourceLabel }),
    };
  });
}

/** As many as a race inverts to the end. */
const MOST_SUSPECTS = 16;

/** Where a scan flagged nothing: the smallest triggers of labels that it inverted to the end. */
export function suspectsOf(
  report: Pick<ScanReport, 'labels' | 'flagged'>,
  shape: ImageShape,
): ReturnType<typeof reversedTriggers> {
  if (report.flagged.length > 0) return [];
  const finished = report.labels
    .filter(({ trigger, stopped, l1 }) => trigger !== undefined && stopped !== true && l1 !== undefined)
    .sort((a, b) => (a.l1 ?? 0) - (b.l1 ?? 0))
    .slice(0, MOST_SUSPECTS)
    .map(({ label }) => label);
  return finished.length === 0 ? [] : reversedTriggers(report, finished, shape);
}

/** Numbers out of their range, which only an edited report has, are brought back into it. */
function decode(trigger: Trigger, shape: ImageShape): StampedTrigger {
  const { channels, height, width } = trigger;
  if (channels !== shape.channels || height !== shape.height || width !== shape.width) {
    throw new UsageError('the report is about images of another size', {
      expected: `${shape.channels}×${shape.height}×${shape.width}`,
      got: `${channels}×${height}×${width}`,
      hint: 'Scan the model again.',
    });
  }
  const within = (most: number) => (value: number) => Math.min(most, Math.max(0, Number.isNaN(value) ? 0 : value));
  return {
    mask: decodeFloats(trigger.mask, height * width).map(within(1)),
    pattern: decodeFloats(trigger.pattern, channels * height * width).map(within(255)),
  };
}

function withTrigger(labels: readonly LabelResult[]): number[] {
  return labels.flatMap(({ label, trigger }) => (trigger === undefined ? [] : [label]));
}
