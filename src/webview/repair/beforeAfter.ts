/** @file What a repair changed: figures before and after, and the triggers that still can be reversed. */
import { t } from '@vscode/l10n';
import { html, nothing, type TemplateResult } from 'lit-html';
import { formatNumber, formatPercent } from '../../engine/support/numberText';
import { labelTitle } from '../../engine/output/scanSummary';
import type { PrunePoint, RepairReport } from '../../engine/report/repairReport';
import type { Trigger } from '../../engine/report/scanReport';
import type { RepairedLabel } from '../../shared/panelMessages';
import { triggerPictures } from '../pictures';
import { Table } from '../table';
import { triggerName } from './repairCurves';

interface Row {
  readonly name: string;
  readonly before: number | null | undefined;
  readonly after: number | null | undefined;
}

export class BeforeAfter {
  readonly #figures: Table<Row>;
  readonly #classes: Table<Row>;
  readonly #sizes: Table<Row>;
  readonly #pictures = new WeakMap<Trigger, string>();

  constructor(changed: () => void) {
    this.#figures = new Table(changed);
    this.#classes = new Table(changed);
    this.#sizes = new Table(changed);
  }

  /** `point`: another point of the pruning curve than the proposed one; its accuracy by class is not known. */
  render(
    { before, after, relearned = [] }: RepairReport,
    labels: readonly RepairedLabel[],
    point: PrunePoint | undefined,
  ): TemplateResult {
    const chosen = point ?? after;
    const names = new Map(labels.map((label) => [label.label, labelTitle(label)]));
    const figures: Row[] = [
      { name: t('Clean accuracy'), before: before.cleanAccuracy, after: chosen.cleanAccuracy },
      ...before.triggers.map((trigger, i) => ({
        name: t('Success of the {0}', triggerName(before.triggers, i)),
        before: trigger.attackSuccess,
        after: chosen.triggers[i]?.attackSuccess,
      })),
    ];
    // Another point of the curve was not tried so.
    const sizes: Row[] = (point ? [] : relearned).map((trigger) => ({
      name: t('Label {0}', names.get(trigger.label) ?? String(trigger.label)),
      before: trigger.before,
      after: trigger.after,
    }));
    const classes = before.perClass.map((accuracy, label) => ({
      name: names.get(label) ?? String(label),
      before: accuracy,
      after: point ? undefined : after.perClass[label],
    }));
    return html`<section>
        <h3>${t('Before and after')}</h3>
        ${this.#figures.render(t('Before and after'), columns(t('Figure')), figures)}
      </section>
      ${sizes.length === 0 ? nothing : this.#relearned(sizes)} ${labels.map((label) => this.#label(label))}
      <section>
        <h3>${t('Accuracy of each class')}</h3>
        ${this.#classes.render(t('Accuracy of each class'), columns(t('Class')), classes)}
      </section>`;
  }

  #relearned(sizes: readonly Row[]): TemplateResult {
    const title = t('Learned anew against the repaired model');
    return html`<section>
      <h3>${title}</h3>
      ${this.#sizes.render(title, sizeColumns(), sizes)}
    </section>`;
  }

  #label({ label, name, before, after }: RepairedLabel): TemplateResult | typeof nothing {
    if (!before && !after) return nothing;
    const title = labelTitle({ label, ...(name !== undefined && { name }) });
    const picture = (when: string, trigger: Trigger | undefined): TemplateResult =>
      html`<figure class="picture">
        ${
          trigger
            ? html`<img src=${this.#picture(trigger)} alt=${t('Trigger of label {0}, {1}', title, when)} width="140" />`
            : html`<div class="placeholder">${t('not scanned yet')}</div>`
        }
        <figcaption>${when}</figcaption>
      </figure>`;
    return html`<section>
      <h3>${t('Smallest trigger to label {0}', title)}</h3>
      <div class="gallery">${picture(t('before the repair'), before)} ${picture(t('after the repair'), after)}</div>
    </section>`;
  }

  #picture(trigger: Trigger): string {
    const known = this.#pictures.get(trigger) ?? triggerPictures(trigger).stamp;
    this.#pictures.set(trigger, known);
    return known;
  }
}

function columns(first: string): Parameters<Table<Row>['render']>[1] {
  return [
    { title: first, cell: ({ name }) => name },
    { title: t('Before'), cell: ({ before }) => formatPercent(before ?? undefined), numeric: true },
    { title: t('After'), cell: ({ after }) => formatPercent(after ?? undefined), numeric: true },
    { title: t('Change'), cell: changeText, numeric: true },
  ];
}

function sizeColumns(): Parameters<Table<Row>['render']>[1] {
  return [
    { title: t('Pixels that a trigger needs'), cell: ({ name }) => name },
    { title: t('Before'), cell: ({ before }) => formatNumber(before ?? NaN), numeric: true },
    { title: t('After'), cell: ({ after }) => formatNumber(after ?? NaN), numeric: true },
  ];
}

/** In points of percent. */
function changeText({ before, after }: Row): string {
  if (typeof before !== 'number' || typeof after !== 'number') return '–';
  const points = (100 * (after - before)).toFixed(1);
  return t('{0} points', points.startsWith('-') ? points.replace('-', '−') : `+${points}`);
}
