/** @file A model file, read-only: input, classes, layers, findings, and the result of its last scan. */
import { t } from '@vscode/l10n';
import { html, nothing, type TemplateResult } from 'lit-html';
import type { LayerSummary, ModelInspection } from '../engine/inspect/modelInspection';
import { formatNumber } from '../engine/support/numberText';
import { plainText } from '../engine/support/plainText';
import { engineText } from '../shared/engineText';
import type { HostMessage, ModelView, ScanView } from '../shared/panelMessages';
import { button } from './controls';
import { definitions, findingsList } from './scan/scanDetails';
import { Table } from './table';
import { View } from './view';
import { verdictIcon, verdictSentence, verdictTitle } from './words';
import { post } from './vscodeApi';

export class ModelEditorView extends View {
  #model: ModelView | undefined;
  readonly #layers = new Table<LayerSummary>(this.changed);

  override receive(message: HostMessage): void {
    if (message.type !== 'model') return;
    this.#model = message.model;
    this.changed();
  }

  protected override template(): TemplateResult {
    const model = this.#model;
    if (!model) return html`<p class="empty">${t('Reading the model…')}</p>`;
    return html`<header>
        <h1>${plainText(model.name, 120)}</h1>
        ${model.error === undefined ? nothing : html`<p class="note error" role="alert">${plainText(model.error, 600)}</p>`}
        ${model.scan ? lastScan(model.scan) : nothing}
        <div class="toolbar start">
          ${button(
            t('Scan for Backdoors'),
            () => {
              post({ type: 'action', action: 'scan' });
            },
            { primary: true, disabled: model.inspection === undefined },
          )}
          ${
            model.scan
              ? button(t('Show the scan'), () => {
                  post({ type: 'action', action: 'openScan' });
                })
              : nothing
          }
        </div>
      </header>
      ${model.inspection ? this.#inspection(model.inspection) : nothing}`;
  }

  #inspection(model: ModelInspection): TemplateResult {
    const { input } = model;
    const unknown = t('cannot be told');
    return html`<div class="details">
      ${definitions(t('Model'), [
        [t('Format'), engineText(model.format)],
        [t('Input'), input ? inputText(input) : unknown],
        [t('Classes'), model.classes === undefined ? unknown : classesText(model.classes, model.classNames)],
        [t('Output'), model.head === undefined ? unknown : engineText(model.head)],
        [t('Parameters'), formatNumber(model.parameters)],
        [t('Size'), byteSize(model.bytes)],
        ['SHA-256', model.sha256],
      ])}
      ${findingsList(model.findings)}
      <section class="full">
        <h3>${t('Layers ({0})', formatNumber(model.layers.length))}</h3>
        ${this.#layers.render(
          t('Layers'),
          [
            { title: t('Layer'), cell: ({ name }) => plainText(name, 120) },
            { title: t('Operator'), cell: ({ operator }) => plainText(operator, 60) },
            { title: t('Output shape'), cell: ({ shape }) => shapeText(shape) },
            { title: t('Parameters'), cell: ({ parameters }) => formatNumber(parameters), numeric: true },
          ],
          model.layers,
        )}
      </section>
    </div>`;
  }
}

function lastScan({ report, state, outdated }: ScanView): TemplateResult | typeof nothing {
  if (!report || state !== 'done') return html`<p class="note">${t('A scan of this model is not finished.')}</p>`;
  return html`<div class="headline">
      ${verdictIcon(report.verdict)}
      <div>
        <strong>${verdictTitle(report.verdict)}</strong>
        <p>${verdictSentence(report)}</p>
      </div>
    </div>
    ${outdated ? html`<p class="note warning">${t('The file has changed since this scan. Scan it again.')}</p>` : nothing}`;
}

function inputText({ channels, height, width }: NonNullable<ModelInspection['input']>): string {
  return channels === 1
    ? t('{0} × {1} pixels, 1 channel', height, width)
    : t('{0} × {1} pixels, {2} channels', height, width, channels);
}

/** Some of the names, of which there may be thousands. */
function classesText(classes: number, names: readonly string[] = []): string {
  const count = formatNumber(classes);
  if (names.length === 0) return count;
  const shown = names.slice(0, 10).map((name) => plainText(name, 40));
  return `${count}: ${shown.join(', ')}${names.length > shown.length ? ' …' : ''}`;
}

function shapeText(shape: readonly (number | null)[] = []): string {
  return shape.length === 0 ? '–' : shape.map((size) => (size === null ? 'N' : String(size))).join(' × ');
}

function byteSize(bytes: number): string {
  if (bytes < 1e6) return t('{0} kB', formatNumber(bytes / 1e3));
  return bytes < 1e9 ? t('{0} MB', formatNumber(bytes / 1e6)) : t('{0} GB', formatNumber(bytes / 1e9, 2));
}
