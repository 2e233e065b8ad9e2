/** @file Lines over a common horizontal axis, in one or several plots below each other. */
import { svg, type SVGTemplateResult } from 'lit-html';
import { horizontalAxis, line, verticalAxis, type Plot } from './axes';
import { linearScale, logScale, type Scale } from './scale';

const MARGIN = { left: 52, right: 16, top: 30, bottom: 42 };
const GAP = 38;
/** Room that an entry of the legend needs: its line and gaps, and each letter of its name. */
const LEGEND_ENTRY = 52;
const LEGEND_LETTER = 6.5;
const LEGEND_ROW = 20;

export interface Series {
  readonly name: string;
  /** 0–3: colour and dash pattern. */
  readonly style: number;
  /** One value for each position. */
  readonly values: readonly number[];
}

export interface LinePlot {
  readonly title: string;
  readonly height: number;
  readonly series: readonly Series[];
  readonly format: (value: number) => string;
  /** Range of the axis, where it is fixed. */
  readonly domain?: readonly [number, number];
  readonly log?: boolean;
  readonly threshold?: number;
}

export interface LineChart {
  /** Ascending. */
  readonly positions: readonly number[];
  readonly xTitle: string;
  readonly xFormat: (value: number) => string;
  readonly plots: readonly LinePlot[];
  /** Position that is marked, such as the chosen one. */
  readonly mark?: number;
}

export interface DrawnLines {
  readonly height: number;
  readonly chart: SVGTemplateResult;
  /** Pixels from the left of each position. */
  readonly xs: readonly number[];
}

export function lineChart({ positions, xTitle, xFormat, plots, mark }: LineChart, width: number): DrawnLines {
  const [left, right] = [MARGIN.left, width - MARGIN.right];
  const x = linearScale([positions[0] ?? 0, Math.max(1, positions.at(-1) ?? 0)], [left, right], width / 110);
  let top = MARGIN.top;
  const placed = plots.map((plot) => {
    const legend = placeLegend(plot, right);
    top += legend.height;
    const area: Plot = { left, right, top, bottom: top + plot.height };
    top += plot.height + GAP;
    return { plot, area, legend };
  });
  const bottom = top - GAP;
  const first = placed[0]?.area.top ?? MARGIN.top;
  const last: Plot = { left, right, top: first, bottom };
  return {
    height: bottom + MARGIN.bottom,
    xs: positions.map((position) => x.position(position)),
    chart: svg`
      ${placed.map(({ plot, area, legend }) => drawPlot(plot, area, legend, positions, x))}
      ${horizontalAxis(last, x, xFormat, xTitle)}
      ${
        mark === undefined
          ? ''
          : svg`<line class="mark" x1=${x.position(mark)} x2=${x.position(mark)} y1=${first - 6} y2=${bottom} />`
      }`,
  };
}

interface Legend {
  /** Left end of each entry, and how far above the plot it stands. */
  readonly entries: readonly { readonly x: number; readonly above: number }[];
  /** Room above the title of the plot, in pixels. */
  readonly height: number;
}

/** Beside the title of the plot where there is room, else in rows above it; a single line needs none. */
function placeLegend({ series, title }: LinePlot, right: number): Legend {
  if (series.length < 2) return { entries: [], height: 0 };
  const room = series.map(({ name }) => LEGEND_ENTRY + LEGEND_LETTER * name.length);
  const total = room.reduce((sum, each) => sum + each, 0);
  if (total + LEGEND_LETTER * title.length <= right) {
    return { entries: room.map((_, i) => ({ x: right - sumFrom(room, i), above: 9 })), height: 0 };
  }
  const rows: number[][] = [[]];
  for (const each of room) {
    const row = rows.at(-1) ?? [];
    if (row.length > 0 && sumFrom(row, 0) + each > right) rows.push([each]);
    else row.push(each);
  }
  const entries = rows.flatMap((row, i) =>
    row.map((_, at) => ({ x: right - sumFrom(row, at), above: 9 + LEGEND_ROW * (rows.length - i) })),
  );
  return { entries, height: LEGEND_ROW * rows.length };
}

function sumFrom(numbers: readonly number[], start: number): number {
  return numbers.slice(start).reduce((sum, each) => sum + each, 0);
}

function drawPlot(
  plot: LinePlot,
  area: Plot,
  legend: Legend,
  positions: readonly number[],
  x: Scale,
): SVGTemplateResult {
  const y = verticalScale(plot, area);
  return svg`
    ${verticalAxis(area, y, plot.format, plot.title)}
    ${
      plot.threshold === undefined
        ? ''
        : svg`<line class="threshold" x1=${area.left} x2=${area.right} y1=${y.position(plot.threshold)} y2=${y.position(plot.threshold)} />`
    }
    ${plot.series.map(({ name, style, values }, i) => {
      const points = values.map((value, at) => ({ x: x.position(positions[at] ?? 0), y: y.position(value) }));
      const entry = legend.entries[i];
      return svg`
        <path class=${`series s${style % 4}`} d=${line(points)} />
        ${
          entry === undefined
            ? ''
            : svg`<path class=${`series s${style % 4}`} d=${`M${entry.x} ${area.top - entry.above - 4}h24`} />
                <text class="annotation" x=${entry.x + 30} y=${area.top - entry.above}>${name}</text>`
        }`;
    })}`;
}

function verticalScale({ series, domain, log, height }: LinePlot, area: Plot): Scale {
  const range = [area.bottom, area.top] as const;
  const values = series.flatMap((one) => one.values);
  if (log === true) {
    const positive = values.filter((value) => value > 0);
    return logScale([Math.min(...positive, 1), Math.max(...positive, 1e-6)], range);
  }
  return linearScale(domain ?? [Math.min(0, ...values), Math.max(...values, 1e-9)], range, height / 32);
}
