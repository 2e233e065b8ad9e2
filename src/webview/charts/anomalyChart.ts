/** @file Anomaly index of every label against the paper's threshold. */
import { t } from '@vscode/l10n';
import { svg, type SVGTemplateResult } from 'lit-html';
import { formatFixed, formatNumber } from '../../engine/support/numberText';
import { labelTitle, PAPER_INDEX_THRESHOLD } from '../../engine/output/scanSummary';
import type { LabelRow } from '../../shared/panelMessages';
import { dots, verticalAxis } from './axes';
import type { FigurePoint } from './figure';
import { linearScale, roundStep } from './scale';

const HEIGHT = 280;
const MARGIN = { left: 34, right: 12, top: 26, bottom: 50 };
/** Length of the dashes that explain the threshold. */
const DASHES = 24;
/** Narrower than this, bars become dots. */
const MIN_BAR = 5;
const TICK_WIDTH = 34;
/** More dots than these are drawn smaller. */
export const MANY = 500;

export interface DrawnChart {
  readonly height: number;
  readonly chart: SVGTemplateResult;
  readonly points: readonly FigurePoint[];
}

/** `rows` in label order, each with an index; `range` of the index where two charts shall be comparable. */
export function anomalyChart(rows: readonly LabelRow[], width: number, range?: readonly [number, number]): DrawnChart {
  const plot = { left: MARGIN.left, right: width - MARGIN.right, top: MARGIN.top, bottom: HEIGHT - MARGIN.bottom };
  const [low, high] = range ?? indexRange(rows);
  const y = linearScale([low, high], [plot.bottom, plot.top], 6);
  const step = (plot.right - plot.left) / Math.max(1, rows.length);
  const marks = rows.map((row, i) => ({
    row,
    x: plot.left + (i + 0.5) * step,
    y: y.position(row.anomalyIndex ?? 0),
  }));
  const flagged = marks.filter(({ row }) => row.flagged);
  const others = marks.filter(({ row }) => !row.flagged);
  const asBars = step >= MIN_BAR;
  const barWidth = Math.min(26, Math.max(2, step * 0.7));
  const zero = y.position(0);
  const bars = (some: typeof marks): string =>
    some.map((mark) => `M${mark.x - barWidth / 2} ${zero}h${barWidth}V${mark.y}h${-barWidth}z`).join('');
  const threshold = y.position(PAPER_INDEX_THRESHOLD);
  const every = Math.max(1, roundStep(TICK_WIDTH / step));
  return {
    height: HEIGHT,
    points: marks.map(({ row, x }) => ({ x, text: pointText(row) })),
    chart: svg`
      ${verticalAxis(plot, y, (value) => formatNumber(value).replace('-', '−'), t('anomaly index'))}
      ${
        asBars
          ? svg`<path class="bar" d=${bars(others)} /><path class="bar flagged" d=${bars(flagged)} />`
          : svg`<path class=${rows.length > MANY ? 'dots tiny' : 'dots'} d=${dots(others)} /><path class="dots flagged" d=${dots(flagged)} />`
      }
      <line class="threshold" x1=${plot.left} x2=${plot.right} y1=${threshold} y2=${threshold} />
      ${thresholdLegend(plot.left)}
      ${flagged
        .slice(0, 8)
        .map(
          (mark) =>
            svg`<text class="annotation flagged" x=${mark.x} y=${mark.y - 7} text-anchor=${anchor(mark.x, width)}>▲ ${labelTitle(mark.row)}</text>`,
        )}
      ${marks
        .filter((_, i) => i % every === 0)
        .map(
          (mark) =>
            svg`<text class="tick" x=${mark.x} y=${plot.bottom + 16} text-anchor="middle">${mark.row.label}</text>`,
        )}`,
  };
}

/** Below the figures of the labels, where no bar can be in its way. */
function thresholdLegend(left: number): SVGTemplateResult {
  const y = HEIGHT - 10;
  return svg`
    <line class="threshold" x1=${left} x2=${left + DASHES} y1=${y - 4} y2=${y - 4} />
    <text x=${left + DASHES + 6} y=${y}>${t('threshold of the paper')}</text>`;
}

/** From the lowest index, at least 0, to the highest, at least a bit above the threshold. */
export function indexRange(rows: readonly LabelRow[]): readonly [number, number] {
  let [low, high] = [0, PAPER_INDEX_THRESHOLD + 0.5];
  for (const { anomalyIndex = 0 } of rows) {
    low = Math.min(low, anomalyIndex);
    high = Math.max(high, anomalyIndex);
  }
  return [low, high];
}

/** Text near an edge grows inwards. */
export function anchor(x: number, width: number): 'start' | 'middle' | 'end' {
  if (x < 90) return 'start';
  return x > width - 90 ? 'end' : 'middle';
}

function pointText(row: LabelRow): string {
  const flagged = row.flagged ? `, ${t('flagged')}` : '';
  return `${t('Label {0}: anomaly index {1}', labelTitle(row), formatFixed(row.anomalyIndex, 2))}${flagged}`;
}
