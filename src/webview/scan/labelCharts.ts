/** @file The two charts over all labels, anomaly indices and L1 norms, each with the labels' table behind it. */
import { t } from '@vscode/l10n';
import type { TemplateResult } from 'lit-html';
import { formatFixed, formatPercent, formatPValue, formatNorm } from '../../engine/support/numberText';
import { byAnomaly, labelTitle } from '../../engine/output/scanSummary';
import type { LabelRow } from '../../shared/panelMessages';
import { anomalyChart, type DrawnChart } from '../charts/anomalyChart';
import { boxPlot, sizeOf } from '../charts/boxPlot';
import { Figure } from '../charts/figure';
import { Memo } from '../memo';
import { Table, type Column } from '../table';
import { stateNote } from '../words';

export interface AnomalyOptions {
  readonly title?: string;
  /** Tells several of them on a page apart. */
  readonly name?: string;
  /** Of the index, where several shall be comparable. */
  readonly range?: readonly [number, number];
  readonly onSelect?: (label: number) => void;
}

export class AnomalyFigure {
  readonly #figure: Figure;
  readonly #table: Table<LabelRow>;
  readonly #drawn = new Memo<{ readonly rows: readonly LabelRow[]; readonly drawn: DrawnChart }>();

  constructor(changed: () => void) {
    this.#figure = new Figure(changed);
    this.#table = new Table(changed);
  }

  render(all: readonly LabelRow[], width: number, options: AnomalyOptions = {}): TemplateResult {
    const { rows, drawn } = this.#drawn.of([all, width, options.range?.[0], options.range?.[1]], () => {
      const indexed = all.filter((row) => row.anomalyIndex !== undefined).sort((a, b) => a.label - b.label);
      return { rows: indexed, drawn: anomalyChart(indexed, width, options.range) };
    });
    const title = options.title ?? t('Anomaly index of each label');
    return this.#figure.render({
      title,
      summary: t('A label far above the others needs an unusually small trigger.'),
      fileName: options.name ?? 'anomaly-index',
      width,
      ...drawn,
      table: () => this.#table.render(title, labelColumns(), byAnomaly(all)),
      onSelect: (index) => {
        const row = rows[index];
        if (row) options.onSelect?.(row.label);
      },
    });
  }
}

export class NormFigure {
  readonly #figure: Figure;
  readonly #table: Table<LabelRow>;
  readonly #drawn = new Memo<{ readonly rows: readonly LabelRow[]; readonly drawn: DrawnChart }>();

  constructor(changed: () => void) {
    this.#figure = new Figure(changed);
    this.#table = new Table(changed);
  }

  render(all: readonly LabelRow[], width: number, onSelect: (label: number) => void): TemplateResult {
    const { rows, drawn } = this.#drawn.of([all, width], () => {
      const sized = all.filter((row) => row.l1 !== undefined).sort((a, b) => sizeOf(a) - sizeOf(b));
      return { rows: sized, drawn: boxPlot(sized, width) };
    });
    const title = t('Size of the triggers');
    return this.#figure.render({
      title,
      summary: t('The box holds the middle half of the labels that are not flagged; a backdoor lies far to the left.'),
      fileName: 'l1-norms',
      width,
      ...drawn,
      table: () => this.#table.render(title, labelColumns(), rows),
      onSelect: (index) => {
        const row = rows[index];
        if (row) onSelect(row.label);
      },
    });
  }
}

function labelColumns(): Column<LabelRow>[] {
  return [
    { title: t('Label'), cell: labelTitle },
    { title: t('L1 norm'), cell: (row) => formatNorm(row), numeric: true },
    { title: t('Anomaly index'), cell: (row) => formatFixed(row.anomalyIndex, 2), numeric: true },
    { title: t('p-value'), cell: (row) => formatPValue(row.pValue), numeric: true },
    { title: t('Attack success'), cell: (row) => formatPercent(row.attackSuccess), numeric: true },
    { title: t('Note'), cell: (row) => (row.flagged ? t('flagged') : stateNote(row.state)) },
  ];
}
