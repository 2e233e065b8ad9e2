/** @file The anomaly index of every label as an SVG bar chart, with the paper's threshold as a line. */
import type { LabelResult } from '../../report/scanReport';
import { formatFixed } from '../../support/numberText';
import { escapeHtml } from './escapeHtml';
import { labelTitle, PAPER_INDEX_THRESHOLD } from '../scanSummary';

const WIDTH = 760;
const HEIGHT = 240;
const MARGIN = { left: 34, right: 8, top: 12, bottom: 26 };
const PLOT_WIDTH = WIDTH - MARGIN.left - MARGIN.right;
const PLOT_HEIGHT = HEIGHT - MARGIN.top - MARGIN.bottom;
/** With more bars than this, a bar has no tooltip of its own. */
const MAX_TOOLTIPS = 300;
/** Room that a number needs on the horizontal axis. */
const TICK_WIDTH = 30;

/** Markup with the classes `bar`, `flagged`, `threshold`, `axis`, `grid`; its colours come from the page. */
export function anomalyChart(labels: readonly LabelResult[]): string {
  const bars = labels.filter((label) => label.anomalyIndex !== undefined);
  const indices = bars.map((label) => label.anomalyIndex ?? 0);
  const top = Math.ceil(Math.max(PAPER_INDEX_THRESHOLD + 0.5, ...indices));
  const bottom = Math.floor(Math.min(0, ...indices));
  const y = (index: number): number => MARGIN.top + ((top - index) / (top - bottom)) * PLOT_HEIGHT;
  const step = PLOT_WIDTH / Math.max(1, bars.length);
  const x = (rank: number): number => MARGIN.left + rank * step;
  return [
    `<svg class="chart" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="Anomaly index of each label; the table below has the same figures">`,
    ...gridValues(bottom, top).map(
      (value) =>
        `<line class="${value === 0 ? 'axis' : 'grid'}" x1="${MARGIN.left}" x2="${WIDTH - MARGIN.right}" y1="${round(y(value))}" y2="${round(y(value))}"/>` +
        `<text class="tick" x="${MARGIN.left - 6}" y="${round(y(value) + 4)}" text-anchor="end">${minus(value)}</text>`,
    ),
    ...bars.map((label, rank) => bar(label, x(rank), step, y, bars.length <= MAX_TOOLTIPS)),
    ...bars.map((label, rank) =>
      rank % Math.max(1, Math.ceil(TICK_WIDTH / step)) === 0
        ? `<text class="tick" x="${round(x(rank) + step / 2)}" y="${HEIGHT - 8}" text-anchor="middle">${label.label}</text>`
        : '',
    ),
    `<line class="threshold" x1="${MARGIN.left}" x2="${WIDTH - MARGIN.right}" y1="${round(y(PAPER_INDEX_THRESHOLD))}" y2="${round(y(PAPER_INDEX_THRESHOLD))}"/>`,
    '</svg>',
  ].join('');
}

function bar(label: LabelResult, x: number, step: number, y: (index: number) => number, tooltip: boolean): string {
  const index = label.anomalyIndex ?? 0;
  const gap = Math.min(0.2 * step, 4);
  const [from, to] = [y(Math.max(0, index)), y(Math.min(0, index))];
  const title = tooltip ? `<title>${escapeHtml(labelTitle(label))}: ${minus(index, 2)}</title>` : '';
  return (
    `<rect class="${label.flagged ? 'bar flagged' : 'bar'}" x="${round(x + gap / 2)}" y="${round(from)}" ` +
    `width="${round(step - gap)}" height="${round(Math.max(1, to - from))}">${title}</rect>`
  );
}

/** Whole numbers, about six of them. */
function gridValues(bottom: number, top: number): number[] {
  const step = Math.max(1, Math.ceil((top - bottom) / 7));
  const first = Math.ceil(bottom / step) * step;
  return Array.from({ length: Math.floor((top - first) / step) + 1 }, (_, i) => first + i * step);
}

function minus(value: number, digits = 0): string {
  return formatFixed(value, digits).replace('-', '−');
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
