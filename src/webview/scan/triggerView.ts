/** @file The pictures of one label's trigger: mask, pattern, m·Δ and a sample with it. */
import { t } from '@vscode/l10n';
import { html, nothing, type TemplateResult } from 'lit-html';
import { formatFixed, formatPercent, formatPValue, formatNorm } from '../../engine/support/numberText';
import { labelTitle } from '../../engine/output/scanSummary';
import type { LabelDetails, LabelRow } from '../../shared/panelMessages';
import { stampOn, triggerPictures, type TriggerPictures } from '../pictures';
import { stateNote } from '../words';

export class TriggerView {
  #details: LabelDetails | undefined;
  #pictures: TriggerPictures | undefined;
  #sample: string | undefined;
  #stamped: string | undefined;

  constructor(private readonly changed: () => void) {}

  /** `size`: side of a picture in pixels; `actions` stand beside the title. */
  render(
    row: LabelRow,
    details: LabelDetails | undefined,
    sample: string | undefined,
    size: number,
    actions: TemplateResult,
  ): TemplateResult {
    this.#follow(details, sample);
    const title = labelTitle(row);
    const note = stateNote(row.state);
    return html`<article class="trigger" aria-label=${t('Trigger of label {0}', title)}>
      <div class="trigger-title">
        <h2>${t('Label {0}', title)}</h2>
        ${row.flagged ? html`<span class="flag">${t('flagged')}</span>` : nothing}
        ${
          row.sourceLabel === undefined
            ? nothing
            : html`<span class="secondary">${t('for images of label {0} only', row.sourceLabel)}</span>`
        }
        ${actions}
      </div>
      ${note === '' ? figures(row) : html`<p class="secondary">${note}</p>`}
      ${row.hasTrigger ? this.#gallery(title, size, sample !== undefined) : html`<p class="empty">${t('There is no trigger to show.')}</p>`}
    </article>`;
  }

  #gallery(title: string, size: number, sampled: boolean): TemplateResult {
    const picture = (name: string, help: string, source: string | undefined): TemplateResult =>
      html`<figure class="picture" .style=${`width: ${size}px`}>
        ${
          source === undefined
            ? html`<div class="placeholder" .style=${`height: ${size}px`}></div>`
            : html`<img src=${source} alt=${`${name}, ${t('label {0}', title)}`} .style=${`width: ${size}px`} />`
        }
        <figcaption><strong>${name}</strong> <span class="secondary">${help}</span></figcaption>
      </figure>`;
    return html`<div class="gallery">
      ${picture(t('Mask'), t('white: where the image is replaced'), this.#pictures?.mask)}
      ${picture(t('Pattern'), t('the colours behind the mask'), this.#pictures?.pattern)}
      ${picture(t('Mask × pattern'), t('the trigger as the model sees it'), this.#pictures?.stamp)}
      ${sampled ? picture(t('On a sample'), t('with the trigger stamped on'), this.#stamped) : nothing}
    </div>`;
  }

  #follow(details: LabelDetails | undefined, sample: string | undefined): void {
    if (details === this.#details && sample === this.#sample) return;
    if (details !== this.#details) this.#pictures = details?.trigger && triggerPictures(details.trigger);
    this.#details = details;
    this.#sample = sample;
    this.#stamped = undefined;
    if (!details?.trigger || sample === undefined) return;
    void stampOn(sample, details.trigger).then((stamped) => {
      // The user may have gone on meanwhile.
      if (details !== this.#details || sample !== this.#sample) return;
      this.#stamped = stamped;
      this.changed();
    });
  }
}

function figures(row: LabelRow): TemplateResult {
  const figure = (name: string, value: string): TemplateResult =>
    html`<div>
      <dt>${name}</dt>
      <dd>${value}</dd>
    </div>`;
  return html`<dl class="figures small">
    ${figure(t('L1 norm'), t('{0} px', formatNorm(row)))}
    ${figure(t('Anomaly index'), formatFixed(row.anomalyIndex, 2))} ${figure(t('p-value'), formatPValue(row.pValue))}
    ${figure(t('Attack success'), formatPercent(row.attackSuccess))}
    ${row.response === undefined ? nothing : figure(t('L1 norm once unlearned'), t('× {0}', formatFixed(row.response, 1)))}
    ${row.lostWhenMoved === undefined ? nothing : figure(t('Effect lost when moved'), formatPercent(row.lostWhenMoved))}
  </dl>`;
}
