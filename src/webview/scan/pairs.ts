/** @file The pairs of labels that were looked at, as a table. */
import { t } from '@vscode/l10n';
import { html, type TemplateResult } from 'lit-html';
import { flaggedFirst, labelTitle } from '../../engine/output/scanSummary';
import type { PairResult } from '../../engine/report/scanReport';
import { formatFixed, formatPercent } from '../../engine/support/numberText';
import type { LabelRow } from '../../shared/panelMessages';
import { type Column, Table } from '../table';

export class PairsView {
  readonly #table: Table<PairResult>;

  constructor(changed: () => void) {
    this.#table = new Table(changed);
  }

  /** Flagged pairs first. */
  render(pairs: readonly PairResult[], labels: readonly LabelRow[]): TemplateResult {
    return html`<p class="secondary">
        ${t(
          'The smallest triggers that lead images of one label, the source, to another. That of a backdoor is far smaller than expected of these labels, has little effect on images of others, and goes away once unlearned.',
        )}
      </p>
      ${this.#table.render(t('Pairs of labels'), columns(labels), flaggedFirst(pairs))}`;
  }
}

function columns(labels: readonly LabelRow[]): Column<PairResult>[] {
  const title = (label: number): string => labelTitle(labels.find((row) => row.label === label) ?? { label });
  return [
    { title: t('Pair'), cell: ({ source, target }) => `${title(source)} → ${title(target)}` },
    { title: t('L1 norm'), cell: ({ l1 }) => formatFixed(l1, 1), numeric: true },
    { title: t('Of what is expected'), cell: ({ relativeL1 }) => formatPercent(relativeL1), numeric: true },
    { title: t('Effect on others'), cell: (pair) => formatPercent(Math.max(0, pair.effectOnOthers)), numeric: true },
    {
      title: t('L1 norm once unlearned'),
      cell: ({ response }) => (response === undefined ? '' : t('× {0}', formatFixed(response, 1))),
      numeric: true,
    },
    { title: t('Attack success'), cell: ({ attackSuccess }) => formatPercent(attackSuccess), numeric: true },
    { title: t('Note'), cell: ({ flagged }) => (flagged ? t('flagged') : '') },
  ];
}
