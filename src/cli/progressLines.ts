/** @file Progress of a scan as text: two lines for a terminal, one for a log. */
import type { ScanProgress } from '../engine/detect/scanJob';
import { formatDuration, formatFixed, formatNumber } from '../engine/support/numberText';
import { cutToColumns } from '../engine/output/text/columns';

const PHASE: Record<ScanProgress['phase'], string> = {
  screening: 'Screening labels',
  inverting: 'Reversing triggers',
  verifying: 'Checking triggers',
  pairing: 'Asking pairs of labels',
  comparing: 'Comparing with networks of the samples',
};
const COUNTED: Record<ScanProgress['phase'], string> = {
  screening: 'labels',
  inverting: 'labels',
  verifying: 'labels',
  pairing: 'pairs',
  comparing: 'networks',
};
const BAR_COLUMNS = 20;

/** At most two lines, none wider than `columns`. */
export function terminalLines(progress: ScanProgress, columns: number): string[] {
  const share = progress.total === 0 ? 0 : Math.min(1, progress.done / progress.total);
  const filled = Math.round(share * BAR_COLUMNS);
  const bar = '█'.repeat(filled) + '░'.repeat(BAR_COLUMNS - filled);
  const first = `${PHASE[progress.phase]} ${bar} ${String(Math.floor(100 * share)).padStart(3)} %  ${counts(progress)}${eta(progress)}`;
  const lines = [first, ...labelsInWork(progress, columns)];
  // One column stays free: a full line would wrap on some terminals, and redrawing would go wrong.
  return lines.map((line) => cutToColumns(line, columns - 1));
}

/** A line with as many labels as fit, none before there are figures. */
function labelsInWork({ current }: ScanProgress, columns: number): string[] {
  let line = '';
  for (const { label, latest } of current) {
    if (latest === undefined) continue;
    const text = `label ${label}: L1 ${formatFixed(latest.l1, 1)}, success ${Math.round(100 * latest.success)} %`;
    const longer = line === '' ? `  ${text}` : `${line}  |  ${text}`;
    if (line !== '' && longer.length >= columns) break;
    line = longer;
  }
  return line === '' ? [] : [line];
}

export function logLine(progress: ScanProgress): string {
  const updates = `${formatNumber(progress.done)} of ${formatNumber(progress.total)} updates`;
  return `${PHASE[progress.phase]}: ${counts(progress)}, ${updates}${eta(progress)}`;
}

function counts({ phase, labelsDone, labelsTotal }: ScanProgress): string {
  return `${formatNumber(labelsDone)} of ${formatNumber(labelsTotal)} ${COUNTED[phase]} done`;
}

function eta({ secondsLeft }: ScanProgress): string {
  return secondsLeft === undefined ? '' : `, about ${formatDuration(secondsLeft)} left`;
}
