/** @file Many models as Markdown, for the page of a CI job: a table, and what is known of the infected ones. */
import type { LabelResult, ScanReport } from '../../report/scanReport';
import { formatFixed, formatPercent, formatPValue } from '../../support/numberText';
import { plainText } from '../../support/plainText';
import { shadeMask } from '../pictures/maskDrawing';
import { byAnomaly, countOf, headline, labelTitle, nextStep } from '../scanSummary';
import { type ModelOutcome, stateOf, worstFirst } from './scanAllText';

const SIGN = { infected: '❌', 'not scanned': '⚠️', inconclusive: '❔', clean: '✅' } as const;
const MAX_PATH = 200;
const MAX_SENTENCE = 1000;
/** Labels of one model that are drawn. */
const MAX_DRAWN = 3;

export function scanAllMarkdown(outcomes: readonly ModelOutcome[]): string {
  const sorted = worstFirst(outcomes);
  const rows = sorted.map((outcome) => {
    const { report, path, error } = outcome;
    const state = stateOf(outcome);
    const labels = (report?.labels ?? []).filter(isFlagged).map(labelTitle).join(', ');
    return [
      escaped(path, MAX_PATH),
      `${SIGN[state]} ${state}`,
      escaped(error ?? labels),
      report?.pValue === undefined ? '' : formatPValue(report.pValue),
    ];
  });
  const infected = sorted.flatMap(({ report }) => (report?.verdict === 'infected' ? [report] : []));
  const lines = [
    '## Neural Cleanse',
    '',
    `${countOf(outcomes.length, 'model')}, ${infected.length} infected.`,
    '',
    ...[['model', 'verdict', 'labels', 'p-value'], ['---', '---', '---', '---'], ...rows].map(
      (cells) => `| ${cells.join(' | ')} |`,
    ),
    '',
    ...infected.flatMap(section),
  ];
  return `${lines.join('\n')}\n`;
}

function section(report: ScanReport): string[] {
  const flagged = byAnomaly(report.labels).filter(isFlagged);
  return [
    `### ${escaped(headline(report))}`,
    '',
    ...report.reasons.map((reason) => `- ${escaped(reason)}`),
    '',
    ...flagged.slice(0, MAX_DRAWN).flatMap(drawing),
    escaped(nextStep(report)),
    '',
  ];
}

/** The mask in shades, in a block where nothing is markup. */
function drawing(label: LabelResult): string[] {
  if (label.trigger === undefined) return [];
  const success = formatPercent(label.attackSuccess);
  return [
    `Mask of the reversed trigger of label ${escaped(labelTitle(label))}, ${formatFixed(label.l1, 1)} pixels, attack success ${success}:`,
    '',
    '```text',
    ...shadeMask(label.trigger),
    '```',
    '',
  ];
}

function isFlagged({ flagged }: LabelResult): boolean {
  return flagged;
}

/** Names from files stay text: what Markdown and HTML take for markup is escaped. */
function escaped(text: string, most = MAX_SENTENCE): string {
  return plainText(text, most)
    .replaceAll(/[\\`*_{}[\]()#+!|~>-]/g, String.raw`\$&`)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;');
}
