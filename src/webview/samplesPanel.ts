/** @file The samples as the model will see them, before a scan: do they fit, and is the preprocessing right? */
import { t } from '@vscode/l10n';
import { html, nothing, type TemplateResult } from 'lit-html';
import { formatNumber, formatPercent } from '../engine/support/numberText';
import { plainText } from '../engine/support/plainText';
import { labelTitle } from '../engine/output/scanSummary';
import type { PreviewImage, SamplesPreview } from '../engine/inspect/samplesPreview';
import { engineText } from '../shared/engineText';
import type { HostMessage } from '../shared/panelMessages';
import { button, dropdown } from './controls';
import { View } from './view';
import { post } from './vscodeApi';

export class SamplesPanelView extends View {
  #model = '';
  #preview: SamplesPreview | undefined;
  #chosen = '';

  override receive(message: HostMessage): void {
    if (message.type !== 'preview') return;
    this.#model = message.model;
    this.#preview = message.preview;
    this.#chosen = message.preview.chosen;
    this.changed();
  }

  protected override template(): TemplateResult {
    const preview = this.#preview;
    if (!preview) return html`<p class="empty">${t('Reading the samples…')}</p>`;
    const wrong = preview.images.filter(({ label, predicted }) => label !== undefined && label !== predicted).length;
    return html`<header>
        <h1>${t('Do these samples fit {0}?', plainText(this.#model, 80))}</h1>
        <p>
          ${t('{0} of {1} images from {2}.', formatNumber(preview.count), formatNumber(preview.available), plainText(engineText(preview.source)))}
          ${preview.cleanAccuracy === undefined ? nothing : t('The model names {0} of them correctly.', formatPercent(preview.cleanAccuracy))}
        </p>
        ${preview.doubt === undefined ? nothing : html`<p class="note warning" role="alert">${plainText(engineText(preview.doubt), 600)}</p>`}
        ${preview.notes.map((note) => html`<p class="note">${plainText(engineText(note), 600)}</p>`)}
        <div class="toolbar start">
          ${dropdown(t('Preprocessing'), preview.candidates.map(candidateChoice), this.#chosen, (id) => {
            this.#chosen = id;
            this.changed();
          })}
          ${button(t('Scan'), this.#accept, { primary: true })}
          ${button(t('Cancel'), () => {
            post({ type: 'action', action: 'rejectSamples' });
          })}
        </div>
        ${
          this.#chosen === preview.chosen
            ? nothing
            : html`<p class="note">${t('The predictions below are those of the proposed preprocessing.')}</p>`
        }
      </header>
      <section aria-label=${t('Samples')}>
        <h2 class="secondary">
          ${t('{0} images as the model sees them', preview.images.length)}${wrong > 0 ? `, ${t('{0} predicted wrongly', wrong)}` : ''}
        </h2>
        <ul class="sample-grid">
          ${preview.images.map((image) => sampleTile(image, preview.classNames))}
        </ul>
      </section>`;
  }

  readonly #accept = (): void => {
    post({ type: 'action', action: 'acceptSamples', choice: this.#chosen });
  };
}

function candidateChoice(candidate: SamplesPreview['candidates'][number]): { id: string; text: string } {
  const accuracy = candidate.accuracy === undefined ? '' : ` (${formatPercent(candidate.accuracy)})`;
  return { id: candidate.id, text: `${engineText(candidate.label)}${accuracy}` };
}

function sampleTile(sample: PreviewImage, names: readonly string[] | undefined): TemplateResult {
  const title = (label: number): string => {
    const name = names?.[label];
    return labelTitle({ label, ...(name !== undefined && { name }) });
  };
  const wrong = sample.label !== undefined && sample.label !== sample.predicted;
  return html`<li class=${wrong ? 'wrong' : ''}>
    <img src=${sample.image} alt=${plainText(sample.name, 80)} />
    ${sample.label === undefined ? nothing : html`<span>${t('true: {0}', title(sample.label))}</span>`}
    <span class="predicted">${wrong ? '✗ ' : ''}${t('predicted: {0}', title(sample.predicted))}</span>
  </li>`;
}
