/** @file The frame of every chart: title, read-out of the point under cursor or keys, table instead, export. */
import { t } from '@vscode/l10n';
import { html, nothing, svg, type SVGTemplateResult, type TemplateResult } from 'lit-html';
import { button } from '../controls';
import { exportChart } from './exportChart';

/** A place of the chart that can be read out. */
export interface FigurePoint {
  /** Pixels from the left. */
  readonly x: number;
  readonly text: string;
}

export interface FigureContent {
  readonly title: string;
  /** One sentence that says what the chart shows. */
  readonly summary: string;
  /** Proposed name of an exported file, without extension. */
  readonly fileName: string;
  readonly width: number;
  readonly height: number;
  readonly chart: SVGTemplateResult;
  /** From left to right. */
  readonly points: readonly FigurePoint[];
  readonly table: () => TemplateResult;
  /** The user wants to know more of this point. */
  readonly onSelect?: (index: number) => void;
}

export class Figure {
  #cursor: number | undefined;
  #asTable = false;

  constructor(readonly changed: () => void) {}

  render(content: FigureContent): TemplateResult {
    const { title, summary, points } = content;
    const cursor = this.#cursor === undefined ? undefined : points[this.#cursor];
    return html`<figure>
      <figcaption>
        <h3>${title}</h3>
        <p class="secondary">${summary}</p>
      </figcaption>
      ${this.#asTable ? content.table() : this.#plot(content, cursor)}
      <div class="toolbar">
        <span class="readout" aria-hidden="true">${this.#asTable ? '' : (cursor?.text ?? '')}</span>
        ${button(this.#asTable ? t('Show as chart') : t('Show as table'), this.#toggle, { about: title })}
        ${
          this.#asTable
            ? nothing
            : (['svg', 'png'] as const).map((format) =>
                button(
                  format.toUpperCase(),
                  () => {
                    this.#export(content, format);
                  },
                  { about: title },
                ),
              )
        }
      </div>
    </figure>`;
  }

  #plot(content: FigureContent, cursor: FigurePoint | undefined): TemplateResult {
    const { title, summary, width, height, chart, points } = content;
    const picture = html`<svg
      id=${content.fileName}
      width=${width}
      height=${height}
      viewBox=${`0 0 ${width} ${height}`}
      aria-hidden="true"
    >
      ${chart}
      ${cursor ? svg`<line data-cursor class="cursor" x1=${cursor.x} x2=${cursor.x} y1="0" y2=${height - 20} />` : nothing}
    </svg>`;
    if (points.length === 0)
      return html`<div role="img" class="plot" aria-label=${`${title}. ${summary}`}>${picture}</div>`;
    return html`<div
      class="plot"
      role="slider"
      tabindex="0"
      aria-label=${`${title}. ${summary}`}
      aria-valuemin="0"
      aria-valuemax=${points.length - 1}
      aria-valuenow=${this.#cursor ?? 0}
      aria-valuetext=${cursor?.text ?? t('Arrow keys read out the points')}
      @pointermove=${(event: PointerEvent) => {
        this.#moveTo(nearest(points, event.offsetX));
      }}
      @pointerleave=${() => {
        this.#moveTo(undefined);
      }}
      @click=${() => {
        if (this.#cursor !== undefined) content.onSelect?.(this.#cursor);
      }}
      @keydown=${(event: KeyboardEvent) => {
        this.#key(event, content);
      }}
    >
      ${picture}
    </div>`;
  }

  #key(event: KeyboardEvent, { points, onSelect }: FigureContent): void {
    const last = points.length - 1;
    const at = this.#cursor ?? -1;
    const target: Record<string, number> = {
      ArrowRight: at + 1,
      ArrowUp: at + 1,
      ArrowLeft: at - 1,
      ArrowDown: at - 1,
      PageUp: at + Math.ceil(points.length / 10),
      PageDown: at - Math.ceil(points.length / 10),
      Home: 0,
      End: last,
    };
    const next = target[event.key];
    if (next !== undefined) this.#moveTo(Math.max(0, Math.min(last, next)));
    else if (event.key === 'Enter' && this.#cursor !== undefined) onSelect?.(this.#cursor);
    else return;
    event.preventDefault();
  }

  #moveTo(cursor: number | undefined): void {
    if (cursor === this.#cursor) return;
    this.#cursor = cursor;
    this.changed();
  }

  #export(content: FigureContent, format: 'svg' | 'png'): void {
    const chart = document.getElementById(content.fileName);
    if (chart instanceof SVGSVGElement) void exportChart(chart, content.fileName, format);
  }

  readonly #toggle = (): void => {
    this.#asTable = !this.#asTable;
    this.changed();
  };
}

function nearest(points: readonly FigurePoint[], x: number): number {
  let best = 0;
  points.forEach((point, i) => {
    if (Math.abs(point.x - x) < Math.abs((points[best]?.x ?? Infinity) - x)) best = i;
  });
  return best;
}
