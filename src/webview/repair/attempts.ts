/** @file What an automatic repair tried, and what each method would have come to. */
import { t } from '@vscode/l10n';
import { html, nothing, type TemplateResult } from 'lit-html';
import type { AutoMethod, RepairAttempt, RepairRound } from '../../engine/report/repairReport';
import { growthText } from '../../engine/output/repairSummary';
import { formatPercent } from '../../engine/support/numberText';
import { Table } from '../table';

export class Attempts {
  readonly #table: Table<RepairAttempt>;

  constructor(changed: () => void) {
    this.#table = new Table(changed);
  }

  /** Nothing where the user chose the method, or the first one did. */
  render({ attempts = [], method: chosen }: RepairRound): TemplateResult | typeof nothing {
    if (attempts.length < 2) return nothing;
    const title = t('Methods tried');
    return html`<section>
      <h3>${title}</h3>
      ${this.#table.render(
        title,
        [
          {
            title: t('Method'),
            cell: ({ method }) => (method === chosen ? t('{0} (chosen)', methodName(method)) : methodName(method)),
          },
          { title: t('Clean accuracy'), cell: ({ result }) => formatPercent(result?.cleanAccuracy), numeric: true },
          { title: t('Trigger success'), cell: ({ result }) => formatPercent(result?.attackSuccess), numeric: true },
          {
            title: t('New trigger larger by'),
            cell: ({ result }) => growthText(result?.growth),
            numeric: true,
          },
        ],
        attempts,
      )}
    </section>`;
  }
}

function methodName(method: AutoMethod): string {
  switch (method) {
    case 'prune':
      return t('Pruning');
    case 'unlearn':
      return t('Unlearning');
    case 'i-bau':
      return t('Adversarial unlearning (I-BAU)');
  }
}
