/** @file The curves of a repair: accuracy and attack success against pruned neurons, and against updates. */
import { t } from '@vscode/l10n';
import { html, type TemplateResult } from 'lit-html';
import { formatNumber, formatPercent } from '../../engine/support/numberText';
import type { PruneCurve, PrunePoint, TriggerSuccess, UnlearnPoint } from '../../engine/report/repairReport';
import { Figure } from '../charts/figure';
import { lineChart, type Series } from '../charts/lineChart';
import { slider } from '../controls';
import { Table, type Column } from '../table';

const HEIGHT = 200;
/** More lines than these cannot be told apart. */
const MAX_TRIGGERS = 3;

interface CurvePoint {
  readonly cleanAccuracy: number;
  readonly triggers: readonly TriggerSuccess[];
}

export class PruneFigure {
  readonly #figure: Figure;
  readonly #table: Table<PrunePoint>;

  constructor(changed: () => void) {
    this.#figure = new Figure(changed);
    this.#table = new Table(changed);
  }

  /** `chosen`: index of a point; `onChoose` is absent where it cannot be changed any more. */
  render(
    curve: PruneCurve,
    chosen: number,
    onChoose: ((point: number) => void) | undefined,
    width: number,
  ): TemplateResult {
    const { points, neurons } = curve;
    const at = points[chosen];
    const share = (point: PrunePoint): number => point.pruned / Math.max(1, neurons);
    const text = (point: PrunePoint): string =>
      t('{0} of {1} neurons pruned ({2}): {3}', point.pruned, neurons, formatPercent(share(point)), successText(point));
    const drawn = lineChart(
      {
        positions: points.map((point) => 100 * share(point)),
        xTitle: t('neurons pruned, in percent'),
        xFormat: (value) => formatNumber(value),
        plots: [successPlot(points, t('share of images'))],
        ...(at && { mark: 100 * share(at) }),
      },
      width,
    );
    return html`${this.#figure.render({
      title: curve.layer === undefined ? t('Pruning of all layers') : t('Pruning of layer {0}', curve.layer),
      summary: t('The attack should stop working long before the accuracy falls.'),
      fileName: 'pruning',
      width,
      height: drawn.height,
      chart: drawn.chart,
      points: points.map((point, i) => ({ x: drawn.xs[i] ?? 0, text: text(point) })),
      table: () =>
        this.#table.render(
          t('Pruning'),
          [
            { title: t('Pruned'), cell: ({ pruned }) => String(pruned), numeric: true },
            ...successColumns<PrunePoint>(points),
          ],
          points,
        ),
      ...(onChoose && { onSelect: onChoose }),
    })}
    ${
      at && onChoose
        ? html`<label class="field point">
            <span aria-hidden="true">${t('Pruning point')}</span>
            ${slider(t('Pruning point'), { value: chosen, max: points.length - 1, text: text(at) }, onChoose)}
            <output>${text(at)}${chosen === curve.chosen ? ` · ${t('proposed')}` : ''}</output>
          </label>`
        : ''
    }`;
  }
}

export class UnlearnFigure {
  readonly #figure: Figure;
  readonly #table: Table<UnlearnPoint>;

  constructor(changed: () => void) {
    this.#figure = new Figure(changed);
    this.#table = new Table(changed);
  }

  /** `kept`: index of the point whose weights were kept, where training has ended. */
  render(points: readonly UnlearnPoint[], kept: number | undefined, width: number): TemplateResult {
    const at = points[kept ?? -1];
    const text = (point: UnlearnPoint): string => `${t('Update {0}', point.update)}: ${successText(point)}`;
    const drawn = lineChart(
      {
        positions: points.map(({ update }) => update),
        xTitle: t('updates'),
        xFormat: (value) => formatNumber(value, 0),
        plots: [successPlot(points, t('share of images'))],
        ...(at && { mark: at.update }),
      },
      width,
    );
    const title = t('Unlearning');
    return html`${this.#figure.render({
      title,
      summary: t('The model learns that the trigger means nothing.'),
      fileName: 'unlearning',
      width,
      height: drawn.height,
      chart: drawn.chart,
      points: points.map((point, i) => ({
        x: drawn.xs[i] ?? 0,
        text: text(point),
      })),
      table: () =>
        this.#table.render(
          title,
          [
            { title: t('Update'), cell: ({ update }) => String(update), numeric: true },
            { title: t('Images seen'), cell: ({ images }) => formatNumber(images), numeric: true },
            ...successColumns<UnlearnPoint>(points),
          ],
          points,
        ),
    })}
    ${at ? html`<p class="point">${t('Kept: {0}', text(at))}</p>` : ''}`;
  }
}

/** `attack to label 7`; numbered where `triggers` has several that lead there. */
export function triggerName(triggers: readonly TriggerSuccess[], index: number): string {
  const { label = NaN, source } = triggers[index] ?? {};
  const name = source === 'given' ? t('known attack to label {0}', label) : t('attack to label {0}', label);
  const alike = triggers
    .map((other, i) => ({ other, i }))
    .filter(({ other }) => other.label === label && other.source === source);
  return alike.length < 2 ? name : t('{0}, trigger {1}', name, alike.findIndex(({ i }) => i === index) + 1);
}

function successPlot(
  points: readonly CurvePoint[],
  title: string,
): { title: string; height: number; format: (value: number) => string; domain: [number, number]; series: Series[] } {
  const triggers = (points[0]?.triggers ?? []).slice(0, MAX_TRIGGERS);
  return {
    title,
    height: HEIGHT,
    format: (value) => `${formatNumber(100 * value, 0)} %`,
    domain: [0, 1],
    series: [
      { name: t('clean accuracy'), style: 0, values: points.map(({ cleanAccuracy }) => cleanAccuracy) },
      ...triggers.map((_, i) => ({
        name: triggerName(triggers, i),
        style: i + 1,
        values: points.map((point) => point.triggers[i]?.attackSuccess ?? 0),
      })),
    ],
  };
}

function successText({ cleanAccuracy, triggers }: CurvePoint): string {
  return [
    t('clean accuracy {0}', formatPercent(cleanAccuracy)),
    ...triggers
      .slice(0, MAX_TRIGGERS)
      .map((one, i) => `${triggerName(triggers, i)} ${formatPercent(one.attackSuccess)}`),
  ].join(', ');
}

function successColumns<Point extends CurvePoint>(points: readonly Point[]): Column<Point>[] {
  return [
    { title: t('Clean accuracy'), cell: ({ cleanAccuracy }) => formatPercent(cleanAccuracy), numeric: true },
    ...(points[0]?.triggers ?? []).map((_, i, triggers) => ({
      title: triggerName(triggers, i),
      cell: ({ triggers }: Point) => formatPercent(triggers[i]?.attackSuccess),
      numeric: true,
    })),
  ];
}
