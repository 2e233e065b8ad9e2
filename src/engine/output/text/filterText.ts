/** @file A filter and its answers for a person at a terminal. */
import type { FilterAnswer } from '../../filter/imageFilter';
import { REJECTED } from '../../filter/imageFilter';
import type { SavedFilter } from '../../filter/savedFilter';
import { plainText } from '../../support/plainText';
import { formatFixed, formatNumber, formatPercent } from '../../support/numberText';
import { countOf } from '../scanSummary';
import { textTable } from './textTable';

/** What was calibrated: layers, thresholds (in standard deviations of the clean images' scores), the curve of Fig. 8. */
export function calibrationText({ model, layers, images, falsePositiveRate, profiles }: SavedFilter): string {
  const sections = profiles.map(({ label, threshold, curve }) => {
    const rows = curve.map((point) => [
      formatPercent(point.falsePositiveRate),
      formatPercent(point.falseNegativeRate),
      formatFixed(point.threshold, 3),
    ]);
    return [
      `Trigger of label ${label}, seen in ${plainText(layers.join(' and '))}: threshold ${formatFixed(threshold, 3)}`,
      ...textTable(['clean rejected', 'stamped passed', 'threshold'], rows).map((line) => `  ${line}`),
    ].join('\n');
  });
  const title = `${plainText(model.file)}: a filter for about ${formatPercent(falsePositiveRate)} false alarms, from ${formatNumber(images)} clean images.`;
  return `${[title, ...sections].join('\n\n')}\n`;
}

/** One line per image: label or REJECTED, scores, name; then the count. Images are shown by name. */
export function answerText({ labels, scores }: FilterAnswer, names: readonly string[]): string {
  const order = Array.from(labels.keys()).sort((a, b) =>
    (names[a] ?? '').localeCompare(names[b] ?? '', 'en', { numeric: true }),
  );
  const lines = order.map((i) => {
    const label = labels[i] ?? REJECTED;
    const figures = scores.map((column) => formatFixed(column[i], 3)).join(' ');
    return `${label === REJECTED ? 'REJECTED' : `label ${label}`}  ${figures}  ${plainText(names[i] ?? '')}`;
  });
  const rejected = labels.filter((label) => label === REJECTED).length;
  return `${[...lines, `${formatNumber(rejected)} of ${countOf(labels.length, 'image')} rejected`].join('\n')}\n`;
}
