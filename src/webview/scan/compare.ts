/** @file Two scans side by side, such as before and after a repair. */
import { t } from '@vscode/l10n';
import { html, type TemplateResult } from 'lit-html';
import { formatFixed, formatNorm } from '../../engine/support/numberText';
import { plainText } from '../../engine/support/plainText';
import { labelTitle } from '../../engine/output/scanSummary';
import type { LabelRow, ReportView } from '../../shared/panelMessages';
import { indexRange } from '../charts/anomalyChart';
import { AnomalyFigure } from './labelCharts';
import { Table } from '../table';
import { verdictIcon, verdictSentence, verdictTitle } from '../words';

/** Below this width the two charts stand one below the other. */
const TWO_COLUMNS = 760;

/** One label in both scans, or in the one that knows it. */
interface Pair {
  readonly row: LabelRow;
  readonly before: LabelRow | undefined;
  readonly after: LabelRow | undefined;
}

export class ComparedCharts {
  readonly before: AnomalyFigure;
  readonly after: AnomalyFigure;
  readonly table: Table<Pair>;

  constructor(changed: () => void) {
    this.before = new AnomalyFigure(changed);
    this.after = new AnomalyFigure(changed);
    this.table = new Table(changed);
  }
}

export function compareReports(
  before: ReportView,
  after: ReportView,
  charts: ComparedCharts,
  width: number,
): TemplateResult {
  const chartWidth = width < TWO_COLUMNS ? width : Math.floor((width - 24) / 2);
  const [low, high] = [indexRange(before.labels), indexRange(after.labels)];
  const range = [Math.min(low[0], high[0]), Math.max(low[1], high[1])] as const;
  const [earlier, later] = [byLabel(before), byLabel(after)];
  // What changed most stands first.
  const pairs = [...new Map([...later, ...earlier]).values()]
    .map((row) => ({ row, before: earlier.get(row.label), after: later.get(row.label) }))
    .sort((a, b) => change(b) - change(a) || a.row.label - b.row.label);
  return html`<div class="compared">
    ${side(t('Before'), before, charts.before.render(before.labels, chartWidth, { title: t('Anomaly index before'), name: 'anomaly-index-before', range }))}
    ${side(t('After'), after, charts.after.render(after.labels, chartWidth, { title: t('Anomaly index after'), name: 'anomaly-index-after', range }))}
    <section class="full">
      <h3>${t('Labels before and after, the largest change first')}</h3>
      ${charts.table.render(
        t('Labels before and after'),
        [
          { title: t('Label'), cell: (pair) => labelTitle(pair.row) },
          { title: t('L1 before'), cell: (pair) => formatNorm(pair.before ?? {}), numeric: true },
          { title: t('L1 after'), cell: (pair) => formatNorm(pair.after ?? {}), numeric: true },
          { title: t('Index before'), cell: (pair) => formatFixed(pair.before?.anomalyIndex, 2), numeric: true },
          { title: t('Index after'), cell: (pair) => formatFixed(pair.after?.anomalyIndex, 2), numeric: true },
          { title: t('Flagged'), cell: flaggedNote },
        ],
        pairs,
      )}
    </section>
  </div>`;
}

function side(title: string, report: ReportView, chart: TemplateResult): TemplateResult {
  return html`<section>
    <h2>${title}: ${plainText(report.model.file, 80)}</h2>
    <div class="headline">
      ${verdictIcon(report.verdict)}
      <div>
        <strong>${verdictTitle(report.verdict)}</strong>
        <p>${verdictSentence(report)}</p>
      </div>
    </div>
    ${chart}
  </section>`;
}

function byLabel({ labels }: ReportView): Map<number, LabelRow> {
  return new Map(labels.map((row) => [row.label, row]));
}

function change({ before, after }: Pair): number {
  return Math.abs((after?.anomalyIndex ?? 0) - (before?.anomalyIndex ?? 0));
}

function flaggedNote({ before, after }: Pair): string {
  if (before?.flagged === true && after?.flagged === true) return t('before and after');
  if (before?.flagged === true) return t('before only');
  return after?.flagged === true ? t('after only') : '';
}
