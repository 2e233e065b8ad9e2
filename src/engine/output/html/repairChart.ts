/** @file Accuracy and trigger success along a repair, as an SVG line chart. */
import { worstSuccess } from '../../report/repairReport';
import type { TriggerSuccess } from '../../report/repairReport';
import { escapeHtml } from './escapeHtml';

interface ChartPoint {
  readonly cleanAccuracy: number;
  readonly triggers: readonly TriggerSuccess[];
}

const WIDTH = 760;
const HEIGHT = 240;
const MARGIN = { left: 44, right: 12, top: 12, bottom: 34 };

/** `x` gives the horizontal position of a point, in any unit; the chosen point is marked. */
export function repairChart<P extends ChartPoint>(
  points: readonly P[],
  x: (point: P) => number,
  chosen: number,
  axis: string,
): string {
  const most = Math.max(1, ...points.map(x));
  const left = (point: P): number => MARGIN.left + (x(point) / most) * (WIDTH - MARGIN.left - MARGIN.right);
  const top = (share: number): number => MARGIN.top + (1 - share) * (HEIGHT - MARGIN.top - MARGIN.bottom);
  const line = (name: string, value: (point: P) => number): string =>
    `<polyline class="${name}" points="${points.map((point) => `${round(left(point))},${round(top(value(point)))}`).join(' ')}"/>`;
  const mark = points[chosen];
  return [
    `<svg class="chart" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="Accuracy and trigger success by ${escapeHtml(axis)}; the table below has the same figures">`,
    ...[0, 0.25, 0.5, 0.75, 1].map(
      (share) =>
        `<line class="${share === 0 ? 'axis' : 'grid'}" x1="${MARGIN.left}" x2="${WIDTH - MARGIN.right}" y1="${top(share)}" y2="${top(share)}"/>` +
        `<text class="tick" x="${MARGIN.left - 6}" y="${top(share) + 4}" text-anchor="end">${100 * share} %</text>`,
    ),
    mark === undefined
      ? ''
      : `<line class="threshold" x1="${round(left(mark))}" x2="${round(left(mark))}" y1="${top(1)}" y2="${top(0)}"/>`,
    line('accuracy', (point) => point.cleanAccuracy),
    line('success', worstSuccess),
    `<text class="tick" x="${MARGIN.left}" y="${HEIGHT - 8}">0</text>`,
    `<text class="tick" x="${WIDTH - MARGIN.right}" y="${HEIGHT - 8}" text-anchor="end">${most} ${escapeHtml(axis)}</text>`,
    '</svg>',
  ].join('');
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
