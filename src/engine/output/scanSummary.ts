/** @file The words of a result: the one sentence, the name of a label, what to do next. Every surface uses these. */
import type { LabelResult, PairResult, ScanReport } from '../report/scanReport';
import { formatPEquation } from '../support/numberText';
import { plainText } from '../support/plainText';

/** The paper's threshold for the anomaly index (section IV-B); shown, but not what the verdict rests on. */
export const PAPER_INDEX_THRESHOLD = 2;

/** What the table says of a label besides its figures. */
export const STATE_NOTE: Record<LabelResult['state'], string> = {
  found: '',
  'not-reached': 'no trigger reached the success rate',
  screened: 'dismissed by screening',
  'not-scanned': 'not scanned',
};

/** `33 "turn right"`, or the number alone. */
export function labelTitle(label: Pick<LabelResult, 'label' | 'name'>): string {
  return label.name === undefined || label.name === String(label.label)
    ? String(label.label)
    : `${label.label} "${plainText(label.name, 60)}"`;
}

/** `p = 0.002`; of an infected model only where its triggers' sizes say so: where the network itself gave a label away, they may not. */
export function pEquationOf({
  verdict,
  pValue,
  settings,
}: Pick<ScanReport, 'verdict' | 'pValue' | 'settings'>): string | undefined {
  const isTelling = verdict !== 'infected' || (pValue ?? NaN) <= settings.pThreshold;
  return pValue === undefined || !isTelling ? undefined : formatPEquation(pValue);
}

/** The verdict in one plain sentence. */
export function headline(report: ScanReport): string {
  const file = plainText(report.model.file);
  const equation = pEquationOf(report);
  const p = equation === undefined ? '' : `, ${equation}`;
  switch (report.verdict) {
    case 'infected':
      return `${file} hides a backdoor to ${flaggedTitles(report)}${p}.`;
    case 'clean':
      return `No backdoor was found in ${file} (${countOf(scannedLabels(report), 'label')} scanned${p}).`;
    case 'inconclusive':
      if (report.samples.generated === true) {
        return report.flagged.length === 0
          ? `A first look without images found nothing in ${file}${p}.`
          : `A first look without images makes ${flaggedTitles(report)} of ${file} suspicious${p}.`;
      }
      return `It cannot be said whether ${file} hides a backdoor${p === '' ? '' : ` (${p.slice(2)})`}.`;
  }
}

/** What the user can do with this verdict, one or two sentences. */
export function nextStep(report: ScanReport): string {
  switch (report.verdict) {
    case 'infected':
      return (
        'Do not use this model. Look at the reversed trigger, scan again with --thorough to confirm it, ' +
        'and get the model from another source or train it anew.'
      );
    case 'clean':
      return (
        'Nothing needs to be done. Filter, warping, sample-specific and very large triggers cannot be seen ' +
        'this way, so trust the model only as far as you trust its source.'
      );
    case 'inconclusive':
      if (report.samples.generated === true) {
        return 'Scan again with a few hundred images that the model was made for (--data): only they allow a verdict.';
      }
      return (
        'Deal with the reasons above: check the preprocessing, give more or labelled samples, or scan again ' +
        'with --thorough.'
      );
  }
}

/** Labels with an inversion of their own. */
export function scannedLabels(report: ScanReport): number {
  return report.labels.filter((label) => label.state !== 'not-scanned').length;
}

/** All labels, the most anomalous first, those without an index last; ties in label order. */
export function byAnomaly<Label extends Pick<LabelResult, 'label' | 'anomalyIndex'>>(
  labels: readonly Label[],
): Label[] {
  return labels.toSorted(
    (a, b) => (b.anomalyIndex ?? -Infinity) - (a.anomalyIndex ?? -Infinity) || a.label - b.label || 0,
  );
}

/** Flagged pairs first, as they came otherwise. */
export function flaggedFirst(pairs: readonly PairResult[]): PairResult[] {
  return pairs.toSorted((a, b) => Number(b.flagged) - Number(a.flagged));
}

/** `1 label`, `3 labels`. */
export function countOf(count: number, noun: string, plural = `${noun}s`): string {
  return `${count.toLocaleString('en-US')} ${count === 1 ? noun : plural}`;
}

function flaggedTitles(report: ScanReport): string {
  const titles = report.labels
    .filter((label) => label.flagged)
    .map((label) => `${labelTitle(label)}${label.sourceLabel === undefined ? '' : ` from label ${label.sourceLabel}`}`);
  const shown = titles.slice(0, 5).join(', ');
  const rest = titles.length > 5 ? ` and ${titles.length - 5} more` : '';
  return `${titles.length === 1 ? 'label' : 'labels'} ${shown}${rest}`;
}
