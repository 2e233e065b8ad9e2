/** @file The labels of a scan as a list to choose from: sorted, filtered, only the rows in sight drawn. */
import { t } from '@vscode/l10n';
import { html, nothing, type TemplateResult } from 'lit-html';
import { repeat } from 'lit-html/directives/repeat.js';
import { formatFixed, formatPValue, formatNorm } from '../../engine/support/numberText';
import { labelTitle } from '../../engine/output/scanSummary';
import type { LabelRow } from '../../shared/panelMessages';
import { checkbox, dropdown, textField } from '../controls';
import { Memo } from '../memo';
import { stateNote } from '../words';

const ROW = 46;
const OVERSCAN = 4;

export type Order = 'anomaly' | 'l1' | 'label';

export interface ListState {
  readonly order: Order;
  readonly flaggedOnly: boolean;
  readonly filter: string;
}

export interface ListEvents {
  /** Only what the user has changed: the state that was drawn may be a frame old. */
  onState(change: Partial<ListState>): void;
  onSelect(label: number): void;
  thumbnail(row: LabelRow): string | undefined;
}

export class LabelList {
  #scrolled = 0;
  #height = 400;
  readonly #chosen = new Memo<LabelRow[]>();

  constructor(private readonly changed: () => void) {}

  render(
    rows: readonly LabelRow[],
    selected: number | undefined,
    state: ListState,
    events: ListEvents,
  ): TemplateResult {
    const shown = this.#chosen.of([rows, state], () => chooseRows(rows, state));
    return html`<section class="label-list" aria-label=${t('Labels')}>
      <div class="filters">
        ${textField(t('Filter labels'), state.filter, (filter) => {
          events.onState({ filter });
        })}
        ${dropdown(t('Sort by'), orders(), state.order, (id) => {
          events.onState({ order: orders().find((known) => known.id === id)?.id ?? 'anomaly' });
        })}
        ${checkbox(t('Flagged only'), state.flaggedOnly, (flaggedOnly) => {
          events.onState({ flaggedOnly });
        })}
      </div>
      ${
        shown.length === 0
          ? html`<p class="empty">${rows.length === 0 ? t('No label is finished yet.') : t('No label matches.')}</p>`
          : this.#list(shown, selected, events)
      }
    </section>`;
  }

  #list(rows: readonly LabelRow[], selected: number | undefined, events: ListEvents): TemplateResult {
    const first = Math.max(0, Math.floor(this.#scrolled / ROW) - OVERSCAN);
    const end = Math.min(rows.length, Math.ceil((this.#scrolled + this.#height) / ROW) + OVERSCAN);
    const inSight = rows.slice(first, end);
    const active = inSight.some(({ label }) => label === selected) ? `label-${selected ?? ''}` : nothing;
    return html`<div
      class="options"
      role="listbox"
      tabindex="0"
      aria-label=${t('Labels')}
      aria-activedescendant=${active}
      @scroll=${(event: Event) => {
        const list = event.currentTarget as HTMLElement;
        this.#scrolled = list.scrollTop;
        this.#height = list.clientHeight;
        this.changed();
      }}
      @keydown=${(event: KeyboardEvent) => {
        moveSelection(event, rows, selected, events);
      }}
    >
      <div role="presentation" class="all-options" .style=${`height: ${rows.length * ROW}px`}>
        ${repeat(
          inSight,
          ({ label }) => label,
          (row, i) => option(row, first + i, rows.length, row.label === selected, events),
        )}
      </div>
    </div>`;
  }
}

function option(row: LabelRow, at: number, of: number, selected: boolean, events: ListEvents): TemplateResult {
  const picture = events.thumbnail(row);
  const note = stateNote(row.state);
  return html`<div
    id=${`label-${row.label}`}
    class=${row.flagged ? 'option flagged' : 'option'}
    role="option"
    aria-selected=${selected ? 'true' : 'false'}
    aria-setsize=${of}
    aria-posinset=${at + 1}
    .style=${`top: ${at * ROW}px`}
    @click=${() => {
      events.onSelect(row.label);
    }}
  >
    ${picture === undefined ? html`<span class="thumbnail"></span>` : html`<img class="thumbnail" src=${picture} alt="" />`}
    <span class="name"
      >${row.flagged ? html`<span class="flag">${t('flagged')}</span> ` : nothing}${t('Label {0}', labelTitle(row))}</span
    >
    <span class="secondary">
      ${
        note === ''
          ? t('index {0} · L1 {1} · p {2}', formatFixed(row.anomalyIndex, 2), formatNorm(row), formatPValue(row.pValue))
          : note
      }
    </span>
  </div>`;
}

/** Filtered and sorted; ties, and labels without the figure, in label order at the end. */
export function chooseRows(rows: readonly LabelRow[], { order, flaggedOnly, filter }: ListState): LabelRow[] {
  const wanted = filter.trim().toLowerCase();
  const key: Record<Order, (row: LabelRow) => number> = {
    anomaly: (row) => -(row.anomalyIndex ?? -Infinity),
    l1: (row) => row.l1 ?? Infinity,
    label: (row) => row.label,
  };
  return rows
    .filter((row) => (!flaggedOnly || row.flagged) && labelTitle(row).toLowerCase().includes(wanted))
    .sort((a, b) => compare(key[order](a), key[order](b)) || a.label - b.label);
}

/** Infinities have no difference. */
function compare(a: number, b: number): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

function moveSelection(
  event: KeyboardEvent,
  rows: readonly LabelRow[],
  selected: number | undefined,
  events: ListEvents,
): void {
  const at = rows.findIndex(({ label }) => label === selected);
  const steps: Record<string, number> = {
    ArrowDown: at + 1,
    ArrowUp: at - 1,
    PageDown: at + 8,
    PageUp: at - 8,
    Home: 0,
    End: rows.length - 1,
  };
  const target = steps[event.key];
  if (target === undefined) return;
  event.preventDefault();
  const index = Math.max(0, Math.min(rows.length - 1, target));
  const row = rows[index];
  if (row) events.onSelect(row.label);
  const list = event.currentTarget as HTMLElement;
  if (index * ROW < list.scrollTop) list.scrollTop = index * ROW;
  else if ((index + 1) * ROW > list.scrollTop + list.clientHeight)
    list.scrollTop = (index + 1) * ROW - list.clientHeight;
}

function orders(): { readonly id: Order; readonly text: string }[] {
  return [
    { id: 'anomaly', text: t('Anomaly index') },
    { id: 'l1', text: t('L1 norm') },
    { id: 'label', text: t('Label') },
  ];
}
