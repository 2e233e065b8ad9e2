/** @file How a label's trigger was found: L1, success rate and λ over the updates; live while it runs. */
import { t } from '@vscode/l10n';
import { html, type TemplateResult } from 'lit-html';
import { formatNumber, formatPercent } from '../../engine/support/numberText';
import type { CurvePoint } from '../../engine/report/scanReport';
import { Figure } from '../charts/figure';
import { lineChart } from '../charts/lineChart';
import { Table } from '../table';

export class OptimisationChart {
  readonly #figure: Figure;
  readonly #table: Table<CurvePoint>;

  constructor(changed: () => void) {
    this.#figure = new Figure(changed);
    this.#table = new Table(changed);
  }

  /** `title`: of the label; `target`: success rate that a trigger must reach, 0–1. */
  render(title: string, curve: readonly CurvePoint[], target: number | undefined, width: number): TemplateResult {
    if (curve.length === 0) return html`<p class="empty">${t('No curve is known for this label.')}</p>`;
    const lambda = (value: number): string => (value === 0 ? '0' : Number(value.toPrecision(2)).toString());
    const drawn = lineChart(
      {
        positions: curve.map(({ update }) => update),
        xTitle: t('updates'),
        xFormat: (value) => formatNumber(value, 0),
        plots: [
          {
            title: t('L1 norm of the mask, in pixels'),
            height: 120,
            format: (value) => formatNumber(value),
            series: [{ name: 'L1', style: 0, values: curve.map(({ l1 }) => l1) }],
          },
          {
            title: t('attack success rate'),
            height: 90,
            format: (value) => `${formatNumber(100 * value, 0)} %`,
            domain: [0, 1],
            ...(target !== undefined && { threshold: target }),
            series: [{ name: t('success'), style: 1, values: curve.map(({ success }) => success) }],
          },
          {
            title: t('weight λ of the L1 norm'),
            height: 90,
            format: lambda,
            log: true,
            series: [{ name: 'λ', style: 2, values: curve.map((point) => point.lambda) }],
          },
        ],
      },
      width,
    );
    return this.#figure.render({
      title: t('Optimisation of label {0}', title),
      summary: t('The trigger shrinks as long as it keeps the success rate; λ says how hard it is pressed.'),
      fileName: 'optimisation',
      width,
      height: drawn.height,
      chart: drawn.chart,
      points: curve.map((point, i) => ({
        x: drawn.xs[i] ?? 0,
        text: t(
          'Update {0}: L1 {1}, success {2}, λ {3}',
          point.update,
          formatNumber(point.l1),
          formatPercent(point.success),
          lambda(point.lambda),
        ),
      })),
      table: () =>
        this.#table.render(
          t('Optimisation of label {0}', title),
          [
            { title: t('Update'), cell: (point) => String(point.update), numeric: true },
            { title: t('L1 norm'), cell: (point) => formatNumber(point.l1), numeric: true },
            { title: t('Success'), cell: (point) => formatPercent(point.success), numeric: true },
            { title: 'λ', cell: (point) => lambda(point.lambda), numeric: true },
          ],
          curve,
        ),
    });
  }
}
