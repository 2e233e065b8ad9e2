/** @file The scan panel: verdict, triggers, charts and the optimisation of a label, also while the scan runs. */
import { t } from '@vscode/l10n';
import { html, nothing, type TemplateResult } from 'lit-html';
import { byAnomaly, labelTitle } from '../../engine/output/scanSummary';
import type { HostMessage, LabelRow, LiveView, ScanView } from '../../shared/panelMessages';
import { compareReports, ComparedCharts } from './compare';
import { button, dropdown, slider, tabs, type Choice, type Tab } from '../controls';
import { Memo } from '../memo';
import { View } from '../view';
import { loadState, saveState } from '../vscodeApi';
import { scanHeader } from './header';
import { LabelDetailsCache } from './labelDetailsCache';
import { AnomalyFigure, NormFigure } from './labelCharts';
import { LabelList, type ListState } from './labelList';
import { identify, NeuronsView } from './neurons';
import { OptimisationChart } from './optimisation';
import { PairsView } from './pairs';
import { scanDetails } from './scanDetails';
import { TriggerView } from './triggerView';

/** Sides of a trigger's pictures, in pixels. */
const ZOOMS = [84, 112, 140, 196, 280, 420] as const;

/** What survives a reload. */
interface Remembered {
  readonly tab: string;
  readonly label: number | undefined;
  readonly pinned: number | undefined;
  readonly zoom: number;
  readonly list: ListState;
}

export class ScanPanelView extends View {
  #scan: ScanView | undefined;
  #live: LiveView = { running: [] };
  #state: Remembered = {
    tab: 'triggers',
    label: undefined,
    pinned: undefined,
    zoom: 2,
    list: { order: 'anomaly', flaggedOnly: false, filter: '' },
    ...loadState<Remembered>(),
  };
  readonly #details = new LabelDetailsCache();
  readonly #sorted = new Memo<readonly LabelRow[]>();
  readonly #list = new LabelList(this.changed);
  readonly #trigger = new TriggerView(this.changed);
  readonly #pinnedTrigger = new TriggerView(this.changed);
  readonly #anomaly = new AnomalyFigure(this.changed);
  readonly #norms = new NormFigure(this.changed);
  readonly #pairs = new PairsView(this.changed);
  readonly #optimisation = new OptimisationChart(this.changed);
  readonly #neurons = new NeuronsView(this.changed);
  readonly #compared = new ComparedCharts(this.changed);

  override receive(message: HostMessage): void {
    if (message.type === 'scan') {
      this.#scan = message.scan;
      this.#details.follow(message.scan.labels);
      this.#remember({});
    } else if (message.type === 'live') {
      this.#live = message.live;
    } else if (message.type === 'details') {
      this.#details.receive(message.details);
    } else if (message.type === 'reveal') {
      const { target } = message;
      if (target === 'comparison') this.#remember({ tab: 'compare' });
      else if (typeof target === 'number') this.#remember({ label: target, tab: 'triggers' });
      else this.#remember({ label: target.neuronsOf, tab: 'neurons' });
    }
    this.changed();
  }

  protected override template(): TemplateResult {
    const scan = this.#scan;
    if (!scan) return html`<p class="empty">${t('This model was not scanned yet.')}</p>`;
    const all: Tab[] = [
      { id: 'triggers', title: t('Triggers'), content: () => this.#triggers(scan) },
      { id: 'charts', title: t('Charts'), content: () => this.#charts(scan) },
      { id: 'optimisation', title: t('Optimisation'), content: () => this.#curve(scan) },
      ...(scan.report ? [{ id: 'neurons', title: t('Neurons'), content: () => this.#driven(scan) }] : []),
      { id: 'details', title: t('Details'), content: () => scanDetails(scan.report) },
    ];
    const { before, report } = scan;
    const { pairs } = report ?? {};
    if (pairs !== undefined && pairs.length > 0) {
      const content = (): TemplateResult => this.#pairs.render(pairs, scan.labels);
      all.splice(1, 0, { id: 'pairs', title: t('Pairs'), content });
    }
    if (before && report) {
      all.push({
        id: 'compare',
        title: t('Before and after'),
        content: () => compareReports(before, report, this.#compared, this.width),
      });
    }
    const tab = all.some(({ id }) => id === this.#state.tab) ? this.#state.tab : 'triggers';
    const header = scanHeader(scan, this.#live);
    if (scan.labels.length === 0 && this.#live.running.length === 0) return header;
    return html`${header}
    ${tabs(t('Result of the scan'), all, tab, (id) => {
      this.#remember({ tab: id });
    })}`;
  }

  #triggers(scan: ScanView): TemplateResult {
    const selected = this.#selected(scan);
    const pinned = scan.labels.find(({ label }) => label === this.#state.pinned);
    const list = this.#list.render(scan.labels, selected?.label, this.#state.list, {
      onState: (change) => {
        this.#remember({ list: { ...this.#state.list, ...change } });
      },
      onSelect: (label) => {
        this.#remember({ label });
      },
      thumbnail: (row) => this.#details.thumbnail(row),
    });
    return html`<div class="triggers">
      ${list}
      <div class="viewer">
        ${selected ? html`<div class="toolbar start">${this.#viewOptions()}</div>` : nothing}
        <div class="side-by-side">
          ${selected ? this.#label(this.#trigger, selected, html`${this.#neuronsButton(scan, selected)} ${this.#pinButton(selected)}`) : nothing}
          ${pinned ? this.#label(this.#pinnedTrigger, pinned, this.#unpinButton(pinned)) : nothing}
        </div>
      </div>
    </div>`;
  }

  #label(view: TriggerView, row: LabelRow, actions: TemplateResult): TemplateResult {
    return view.render(row, this.#details.get(row), this.#scan?.sample, ZOOMS[this.#state.zoom] ?? ZOOMS[2], actions);
  }

  #viewOptions(): TemplateResult {
    const size = ZOOMS[this.#state.zoom] ?? ZOOMS[2];
    return html`
      <label class="field">
        <span aria-hidden="true">${t('Zoom')}</span>
        ${slider(t('Zoom'), { value: this.#state.zoom, max: ZOOMS.length - 1, text: t('{0} pixels', size) }, (zoom) => {
          this.#remember({ zoom });
        })}
      </label>
    `;
  }

  #neuronsButton({ state, outdated }: ScanView, row: LabelRow): TemplateResult | typeof nothing {
    if (state !== 'done' || outdated || !row.hasTrigger) return nothing;
    const show = (): void => {
      this.#remember({ label: row.label, tab: 'neurons' });
      identify(row.label);
    };
    return button(t('Driven neurons'), show, { about: labelTitle(row) });
  }

  #pinButton(row: LabelRow): TemplateResult {
    return this.#state.pinned === row.label
      ? html``
      : button(
          t('Keep beside'),
          () => {
            this.#remember({ pinned: row.label });
          },
          { about: labelTitle(row) },
        );
  }

  #unpinButton(row: LabelRow): TemplateResult {
    return button(
      t('Close'),
      () => {
        this.#remember({ pinned: undefined });
      },
      { about: labelTitle(row) },
    );
  }

  #charts(scan: ScanView): TemplateResult {
    const show = (label: number): void => {
      this.#remember({ label, tab: 'triggers' });
    };
    const rows = scan.labels;
    if (!rows.some(({ l1 }) => l1 !== undefined))
      return html`<p class="empty">${t('There is nothing to draw yet.')}</p>`;
    return html`<div class="charts">
      ${this.#anomaly.render(rows, this.width, { onSelect: show })} ${this.#norms.render(rows, this.width, show)}
    </div>`;
  }

  #curve(scan: ScanView): TemplateResult {
    const running = this.#live.running.map(({ label }) => label);
    const selected = this.#selected(scan);
    const label = this.#state.label ?? running[0] ?? selected?.label;
    const row = scan.labels.find((known) => known.label === label);
    const curve =
      this.#live.running.find((one) => one.label === label)?.curve ?? (row && this.#details.get(row)?.curve) ?? [];
    const choices = curveChoices(this.#byAnomaly(scan), running);
    return html`<div class="charts">
      ${choices.length === 0 ? nothing : html`<div class="toolbar start">${this.#labelChoice(choices, label)}</div>`}
      ${this.#optimisation.render(
        row ? labelTitle(row) : String(label ?? ''),
        curve,
        scan.report?.settings.successThreshold,
        this.width,
      )}
    </div>`;
  }

  #driven(scan: ScanView): TemplateResult {
    const rows = this.#byAnomaly(scan).filter(({ hasTrigger }) => hasTrigger);
    const row = rows.find(({ label }) => label === this.#state.label) ?? rows[0];
    if (!row) return html`<p class="empty">${t('There is no trigger to show.')}</p>`;
    const neurons = scan.neurons.find(({ label }) => label === row.label);
    const stale = neurons === undefined && scan.outdated;
    return html`<div class="charts">
      <div class="toolbar start">${this.#labelChoice(labelChoices(rows), row.label)}</div>
      ${stale ? nothing : this.#neurons.render(row.label, labelTitle(row), neurons, this.width)}
    </div>`;
  }

  #labelChoice(choices: readonly Choice[], label: number | undefined): TemplateResult {
    return dropdown(t('Label'), choices, String(label ?? ''), (id) => {
      this.#remember({ label: Number(id) });
    });
  }

  /** The chosen label, or the most anomalous one. */
  #selected(scan: ScanView): LabelRow | undefined {
    return scan.labels.find(({ label }) => label === this.#state.label) ?? this.#byAnomaly(scan)[0];
  }

  #byAnomaly({ labels }: ScanView): readonly LabelRow[] {
    return this.#sorted.of([labels], () => byAnomaly(labels));
  }

  #remember(change: Partial<Remembered>): void {
    this.#state = { ...this.#state, ...change };
    if (this.#scan) saveState({ uri: this.#scan.uri, ...this.#state });
    this.changed();
  }
}

/** A drop-down of thousands is of no use; the list on the first tab has them all. */
const MAX_CHOICES = 100;

/** `rows`: the most anomalous first. */
function labelChoices(rows: readonly LabelRow[]): Choice[] {
  return rows.slice(0, MAX_CHOICES).map((row) => ({ id: String(row.label), text: labelTitle(row) }));
}

function curveChoices(rows: readonly LabelRow[], running: readonly number[]): Choice[] {
  return [
    ...running.map((label) => ({ id: String(label), text: `${label} (${t('running')})` })),
    ...labelChoices(rows.filter(({ hasCurve }) => hasCurve)),
  ];
}
