/** @file A table that draws only the rows in sight, so that thousands cost no more than dozens. */
import { html, nothing, type TemplateResult } from 'lit-html';

const ROW = 26;
const HEADER = 28;
const MAX_HEIGHT = 400;
const OVERSCAN = 6;

export interface Column<Row> {
  readonly title: string;
  readonly cell: (row: Row) => string | TemplateResult;
  /** Figures stand at the right. */
  readonly numeric?: boolean;
}

export class Table<Row> {
  #scrolled = 0;

  constructor(private readonly changed: () => void) {}

  render(name: string, columns: readonly Column<Row>[], rows: readonly Row[]): TemplateResult {
    const height = Math.min(MAX_HEIGHT, HEADER + rows.length * ROW);
    const first = Math.max(0, Math.floor(this.#scrolled / ROW) - OVERSCAN);
    const end = Math.min(rows.length, Math.ceil((this.#scrolled + height) / ROW) + OVERSCAN);
    const kind = (column: Column<Row>): string | typeof nothing => (column.numeric === true ? 'numeric' : nothing);
    return html`<div
      class="table-scroll"
      role="region"
      aria-label=${name}
      tabindex="0"
      .style=${`height: ${height + 2}px`}
      @scroll=${(event: Event) => {
        this.#scrolled = (event.target as HTMLElement).scrollTop;
        this.changed();
      }}
    >
      <table aria-label=${name} aria-rowcount=${rows.length + 1}>
        <thead>
          <tr aria-rowindex="1">
            ${columns.map((column) => html`<th scope="col" class=${kind(column)}>${column.title}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${spacer(first * ROW, columns.length)}
          ${rows.slice(first, end).map(
            (row, i) =>
              html`<tr aria-rowindex=${first + i + 2}>
                ${columns.map((column) => html`<td class=${kind(column)}>${column.cell(row)}</td>`)}
              </tr>`,
          )}
          ${spacer((rows.length - end) * ROW, columns.length)}
        </tbody>
      </table>
    </div>`;
  }
}

function spacer(height: number, columns: number): TemplateResult | typeof nothing {
  return height <= 0
    ? nothing
    : html`<tr aria-hidden="true" class="spacer">
        <td colspan=${columns} .style=${`height: ${height}px`}></td>
      </tr>`;
}
