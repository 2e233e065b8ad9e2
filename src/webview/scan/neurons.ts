/** @file What a label's trigger does inside the model: its success, the layers, and the neurons that it drives. */
import { t } from '@vscode/l10n';
import { html, nothing, type TemplateResult } from 'lit-html';
import type { Identification, LayerActivation } from '../../engine/identify/identification';
import { formatFixed, formatNumber, formatPercent } from '../../engine/support/numberText';
import { plainText } from '../../engine/support/plainText';
import { engineText } from '../../shared/engineText';
import type { LabelNeurons } from '../../shared/scanEntry';
import { activationChart } from '../charts/activationChart';
import { Figure } from '../charts/figure';
import { button } from '../controls';
import { Table } from '../table';
import { post } from '../vscodeApi';

const MAX_NEURONS = 50;

/** Asks the host; the answer comes with the scan. */
export function identify(label: number): void {
  post({ type: 'identify', label });
}

export class NeuronsView {
  readonly #figure: Figure;
  readonly #table: Table<LayerActivation>;

  constructor(changed: () => void) {
    this.#figure = new Figure(changed);
    this.#table = new Table(changed);
  }

  /** `title`: of the label; `neurons`: what is known of it. */
  render(label: number, title: string, neurons: LabelNeurons | undefined, width: number): TemplateResult {
    if (neurons === undefined) {
      return html`<p>${t('A trigger works because it drives a few neurons far beyond what clean images do.')}</p>
        <div class="toolbar start">
          ${button(
            t('Measure the neurons'),
            () => {
              identify(label);
            },
            { primary: true, about: t('label {0}', title) },
          )}
        </div>`;
    }
    const { identification, doubt } = neurons;
    if (identification === undefined) {
      return html`<p role="status">
        ${t('Measuring clean images without and with the trigger of label {0}…', title)}
      </p>`;
    }
    return html`${doubt === undefined ? nothing : html`<p class="note warning" role="alert">${plainText(engineText(doubt), 600)}</p>`}
      <p>
        ${t('The trigger turns {0} of {1} clean images of other labels into label {2}.', formatPercent(identification.attackSuccess), formatNumber(identification.images), title)}
      </p>
      ${this.#layers(identification, title, width)} ${drivenNeurons(identification)}`;
  }

  #layers({ layers }: Identification, title: string, width: number): TemplateResult {
    const name = t('Neurons driven by the trigger of label {0}', title);
    return this.#figure.render({
      title: name,
      summary: t('Of each layer the 1 % of the neurons that the trigger drives most, at least one.'),
      fileName: 'neurons',
      width,
      ...activationChart(layers, width),
      table: () =>
        this.#table.render(
          name,
          [
            { title: t('Layer'), cell: (layer) => plainText(layer.name, 120) },
            { title: t('Neurons'), cell: ({ top, neurons }) => t('{0} of {1}', top.length, formatNumber(neurons)) },
            { title: t('Clean images'), cell: ({ clean }) => formatFixed(clean, 3), numeric: true },
            { title: t('With the trigger'), cell: ({ reversed }) => formatFixed(reversed, 3), numeric: true },
          ],
          layers,
        ),
    });
  }
}

/** Of the paper's second-to-last layer. */
function drivenNeurons({ layers }: Identification): TemplateResult | typeof nothing {
  const last = layers.at(-1);
  if (last === undefined) return nothing;
  const more = last.top.length - MAX_NEURONS;
  return html`<section>
    <h3>${t('Neurons of {0}, the second-to-last layer, the most driven first', plainText(last.name, 120))}</h3>
    <p class="neurons">
      ${last.top.slice(0, MAX_NEURONS).join(', ')}${more > 0 ? ` ${t('and {0} more', more)}` : nothing}
    </p>
  </section>`;
}
