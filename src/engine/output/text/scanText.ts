/** @file The report for a person at a terminal: the verdict first, then why, then the figures. */
import type { LabelResult, ScanReport, Verdict } from '../../report/scanReport';
import { columnsOf, padColumns } from './columns';
import { drawMask } from '../pictures/maskDrawing';
import {
  formatDuration,
  formatFixed,
  formatNumber,
  formatPercent,
  formatPValue,
  formatNorm,
} from '../../support/numberText';
import { plainText } from '../../support/plainText';
import {
  byAnomaly,
  countOf,
  flaggedFirst,
  headline,
  labelTitle,
  nextStep,
  scannedLabels,
  STATE_NOTE,
} from '../scanSummary';

export interface TextOptions {
  /** Colours, and a drawing of each flagged label's mask; meant for terminals. */
  readonly colours: boolean;
}

/** Rows of the table; flagged labels are shown in any case. */
const MAX_ROWS = 20;
const MAX_DRAWINGS = 3;
const MAX_PAIRS = 5;
const MAX_SENTENCE = 1000;

const COLOUR_OF: Record<Verdict, number> = { infected: 31, clean: 32, inconclusive: 33 };

export function textReport(report: ScanReport, options: TextOptions): string {
  const sections = [
    [paint(`${report.verdict.toUpperCase()}: ${headline(report)}`, COLOUR_OF[report.verdict], options)],
    report.reasons.map((reason) => `- ${plainText(reason, MAX_SENTENCE)}`),
    table(report, options),
    pairTable(report, options),
    ...(options.colours ? drawings(report) : []),
    facts(report),
    report.findings.map(({ severity, place, message }) => {
      const where = place === undefined ? '' : `${plainText(place)}: `;
      return `${severity}: ${where}${plainText(message, MAX_SENTENCE)}`;
    }),
    [`Next: ${nextStep(report)}`],
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

function table(report: ScanReport, options: TextOptions): string[] {
  const sorted = byAnomaly(report.labels.filter((label) => label.state !== 'not-scanned'));
  const shown = sorted.filter((label, rank) => label.flagged || rank < MAX_ROWS);
  const header = ['label', 'L1', 'index', 'p-value', 'success'];
  const rows = shown.map((label) => [
    labelTitle(label),
    formatNorm(label),
    formatFixed(label.anomalyIndex, 2),
    formatPValue(label.pValue),
    formatPercent(label.attackSuccess),
  ]);
  const widths = header.map((title, column) =>
    Math.max(...[header, ...rows].map((row) => columnsOf(row[column] ?? title))),
  );
  const align = (row: readonly string[]): string =>
    row.map((cell, column) => padColumns(cell, widths[column] ?? 0, column === 0 ? 'left' : 'right')).join('  ');
  const lines = shown.map((label, i) => {
    const note = label.flagged ? `FLAGGED${sourceNote(label)}` : STATE_NOTE[label.state];
    const line = `${label.flagged ? '>' : ' '} ${align(rows[i] ?? [])}${note === '' ? '' : `  ${note}`}`;
    return label.flagged ? paint(line, COLOUR_OF.infected, options) : line;
  });
  const hidden = sorted.length - shown.length;
  return [
    `  ${align(header)}`,
    ...lines,
    ...(hidden > 0 ? [`  ${countOf(hidden, 'more label')} in the JSON and HTML reports`] : []),
    `  median L1 ${formatFixed(report.median, 1)}, MAD ${formatFixed(report.mad, 2)}`,
  ];
}

function sourceNote({ sourceLabel }: LabelResult): string {
  return sourceLabel === undefined ? '' : `, for images of label ${sourceLabel} only`;
}

/** The pairs that were looked at more closely; none where no pairs were looked for. */
function pairTable({ pairs = [] }: ScanReport, options: TextOptions): string[] {
  if (pairs.length === 0) return [];
  const shown = flaggedFirst(pairs).slice(0, MAX_PAIRS);
  const rows = [
    ['pair', 'L1', 'of expected', 'on others', 'unlearned', 'success'],
    ...shown.map(({ source, target, l1, relativeL1, effectOnOthers, response, attackSuccess }) => [
      `${source} → ${target}`,
      formatFixed(l1, 1),
      formatPercent(relativeL1),
      formatPercent(Math.max(0, effectOnOthers)),
      response === undefined ? '–' : `× ${formatFixed(response, 1)}`,
      formatPercent(attackSuccess),
    ]),
  ];
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => columnsOf(row[column] ?? ''))));
  return rows.map((row, i) => {
    const cells = row.map((cell, column) => padColumns(cell, widths[column] ?? 0, column === 0 ? 'left' : 'right'));
    const flagged = shown[i - 1]?.flagged === true;
    const line = `${flagged ? '>' : ' '} ${cells.join('  ')}${flagged ? '  FLAGGED' : ''}`;
    return flagged ? paint(line, COLOUR_OF.infected, options) : line;
  });
}

function drawings(report: ScanReport): string[][] {
  return byAnomaly(report.labels)
    .filter((label) => label.flagged)
    .slice(0, MAX_DRAWINGS)
    .flatMap((label) =>
      label.trigger === undefined ? [] : [[`Mask of label ${labelTitle(label)}:`, ...drawMask(label.trigger)]],
    );
}

function facts(report: ScanReport): string[] {
  const { model, samples, settings } = report;
  const { channels, height, width } = model.input;
  const accuracy =
    report.cleanAccuracy === undefined ? 'not labelled' : `accuracy ${formatPercent(report.cleanAccuracy)}`;
  const skipped = samples.skipped === 0 ? [] : [`${formatNumber(samples.skipped)} skipped`];
  const facts: [string, string[]][] = [
    [
      'Model',
      [model.file, model.format, countOf(model.classes, 'label'), `input ${channels}×${height}×${width}`, model.head],
    ],
    ['Samples', [samples.source, countOf(samples.count, 'image'), accuracy, ...skipped, samples.preprocessing]],
    [
      'Scan',
      [
        `${formatNumber(scannedLabels(report))} of ${countOf(report.labels.length, 'label')}`,
        settings.preset,
        countOf(settings.seeds, 'seed'),
        `${settings.loss} loss`,
        formatDuration(report.seconds),
        countOf(report.imagePasses, 'image pass', 'image passes'),
        report.runtime,
      ],
    ],
  ];
  return facts.map(([title, parts]) => `${title.padEnd(8)}${parts.map((part) => plainText(part)).join(', ')}`);
}

function paint(text: string, colour: number, { colours }: TextOptions): string {
  return colours ? `\u{1b}[${colour};1m${text}\u{1b}[0m` : text;
}
