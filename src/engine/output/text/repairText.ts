/** @file A repair for a person at a terminal: what came of it first, then before and after, then what was done. */
import { plainText } from '../../support/plainText';
import type { RepairReport } from '../../report/repairReport';
import { formatDuration, formatNumber } from '../../support/numberText';
import { ATTEMPT_COLUMNS, attemptRows, comparison, repairHeadline } from '../repairSummary';
import { textTable } from './textTable';

export function repairText(report: RepairReport): string {
  const { rounds, saved, rescan, notes, findings, seconds, imagePasses } = report;
  const sections = [
    [repairHeadline(report)],
    textTable(['', 'before', 'after'], comparison(report)),
    ...rounds.map(attemptRows).map((rows) => (rows.length < 2 ? [] : textTable(['tried', ...ATTEMPT_COLUMNS], rows))),
    notes.map((note) => `- ${plainText(note, 1000)}`),
    findings.map(({ severity, message }) => `${severity}: ${plainText(message, 1000)}`),
    [
      ...(saved === undefined ? [] : [`Saved as ${plainText(saved.file)}, SHA-256 ${saved.sha256}`]),
      ...(rescan === undefined ? [] : [`Scanned again: ${rescan.verdict}`]),
      `${formatNumber(imagePasses)} image passes in ${formatDuration(seconds)}`,
    ],
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}
