/** @file Small charts as SVG, readable on light and on dark pages. */
import { quantile } from '../../src/engine/support/quantile';

export interface Box {
  readonly name: string;
  readonly values: readonly number[];
  /** Drawn as dots. */
  readonly marked: readonly number[];
}

export interface Series {
  readonly name: string;
  /** x and y. */
  readonly points: readonly (readonly [number, number])[];
  readonly dashed?: true;
  readonly dots?: true;
}

export interface Axes {
  readonly x: string;
  readonly y: string;
  /** Of the y axis; from the values where absent. */
  readonly top?: number;
  /** Lines across the chart, with their names. */
  readonly levels?: readonly (readonly [y: number, name: string])[];
}

const INK = '#8c959f';
const MARK = '#d1242f';
const COLOURS = ['#218bff', MARK, '#1a7f37', '#bf8700', '#8250df', '#bf3989', '#57606a'] as const;
const WIDTH = 640;
const HEIGHT = 300;
const LEFT = 60;
const TOP = 16;
const LINE = 18;

/** One box for each row: least, quartiles and most; on a logarithmic axis, as norms differ by powers. */
export function boxPlot(axis: string, boxes: readonly Box[]): string {
  const left = 150;
  const row = 22;
  const all = boxes.flatMap(({ values, marked }) => [...values, ...marked]).filter((value) => value > 0);
  const [low, high] = [0.8 * Math.min(...all), 1.1 * Math.max(...all)];
  const x = (value: number): number =>
    left + ((WIDTH - left - 20) * Math.log(Math.max(value, low) / low)) / Math.log(high / low);
  const bottom = TOP + row * boxes.length;
  const ticks = [1, 3, 10, 30, 100, 300, 1000, 3000].filter((value) => value >= low && value <= high);
  return svg(bottom + 44, [
    ...ticks.flatMap((value) => [
      line(x(value), TOP, x(value), bottom, true),
      text(x(value), bottom + 16, String(value)),
    ]),
    text((left + WIDTH) / 2, bottom + 36, axis),
    ...boxes.flatMap(({ name, values, marked }, i) => {
      const y = TOP + row * (i + 0.5);
      const sorted = [...values].sort((a, b) => a - b);
      const [least = NaN, first = NaN, middle = NaN, third = NaN, most = NaN] = [0, 0.25, 0.5, 0.75, 1].map((at) =>
        x(quantile(sorted, at)),
      );
      const box =
        sorted.length === 0
          ? []
          : [
              line(least, y, most, y),
              `<rect x="${at(first)}" y="${y - 6}" width="${at(third - first)}" height="12" fill="${COLOURS[0]}" fill-opacity="0.5"/>`,
              line(middle, y - 6, middle, y + 6),
            ];
      return [text(left - 10, y + 4, name, 'end'), ...box, ...marked.map((value) => dot(x(value), y, MARK))];
    }),
  ]);
}

/** Lines with a legend below. */
export function linePlot({ x: across, y: up, top, levels = [] }: Axes, series: readonly Series[]): string {
  const points = series.flatMap((each) => each.points);
  const [from, to] = [Math.min(...points.map(([x]) => x)), Math.max(...points.map(([x]) => x))];
  const most = top ?? Math.max(...points.map(([, y]) => y), ...levels.map(([y]) => y)) * 1.05;
  const x = (value: number): number => LEFT + ((WIDTH - LEFT - 20) * (value - from)) / (to - from || 1);
  const y = (value: number): number => TOP + HEIGHT * (1 - Math.min(1, Math.max(0, value / most)));
  const bottom = TOP + HEIGHT;
  return svg(bottom + 48 + LINE * series.length, [
    `<rect x="${LEFT}" y="${TOP}" width="${WIDTH - LEFT - 20}" height="${HEIGHT}" fill="none" stroke="${INK}"/>`,
    ...steps(from, to).map((value) => text(x(value), bottom + 16, short(value))),
    ...steps(0, most).map((value) => text(LEFT - 8, y(value) + 4, short(value), 'end')),
    ...levels.flatMap(([value, name]) => [
      line(LEFT, y(value), WIDTH - 20, y(value), true),
      text(WIDTH - 26, y(value) - 5, name, 'end'),
    ]),
    text((LEFT + WIDTH) / 2, bottom + 36, across),
    `<text transform="translate(16 ${TOP + HEIGHT / 2}) rotate(-90)" text-anchor="middle">${up}</text>`,
    ...series.flatMap(({ name, points: own, dashed, dots }, i) => {
      const colour = COLOURS[i % COLOURS.length] ?? INK;
      const path = own.map(([px, py], k) => `${k === 0 ? 'M' : 'L'}${at(x(px))} ${at(y(py))}`).join('');
      const dash = dashed === true ? ' stroke-dasharray="5 4"' : '';
      const legendY = bottom + 56 + LINE * i;
      return [
        `<path d="${path}" fill="none" stroke="${colour}" stroke-width="2"${dash}/>`,
        ...(dots === true ? own.map(([px, py]) => dot(x(px), y(py), colour)) : []),
        `<path d="M${LEFT} ${legendY - 4}h24" stroke="${colour}" stroke-width="2"${dash}/>`,
        text(LEFT + 32, legendY, name, 'start'),
      ];
    }),
  ]);
}

/** A row of pictures, data URIs, under each of the titles. */
export function pictureTable(
  titles: readonly string[],
  rows: readonly { readonly name: string; readonly pictures: readonly string[] }[],
): string {
  const [left, side] = [130, 120];
  const x = (column: number): number => left + column * (side + 20);
  return svg(30 + rows.length * (side + 14), [
    ...titles.map((title, i) => text(x(i) + side / 2, 20, title)),
    ...rows.flatMap(({ name, pictures }, i) => {
      const y = 30 + i * (side + 14);
      return [
        text(left - 14, y + side / 2, name, 'end'),
        ...pictures.map(
          (uri, k) =>
            `<image x="${x(k)}" y="${y}" width="${side}" height="${side}" href="${uri}" style="image-rendering:pixelated"/>`,
        ),
      ];
    }),
  ]);
}

/** Round numbers between two others, five or so. */
export function steps(from: number, to: number): number[] {
  const rough = (to - from) / 5;
  if (!(rough > 0)) return [from];
  const power = 10 ** Math.floor(Math.log10(rough));
  const size = ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power;
  const values: number[] = [];
  const last = Math.floor(to / size + 1e-9);
  for (let i = Math.ceil(from / size); i <= last; i++) values.push(i * size);
  return values;
}

function svg(height: number, parts: readonly string[]): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${Math.ceil(height)}" font-family="sans-serif" font-size="12" fill="${INK}">`,
    ...parts,
    '</svg>\n',
  ].join('\n');
}

function line(x1: number, y1: number, x2: number, y2: number, faint = false): string {
  const style = faint ? ' stroke-opacity="0.4" stroke-dasharray="3 3"' : '';
  return `<path d="M${at(x1)} ${at(y1)}L${at(x2)} ${at(y2)}" stroke="${INK}"${style}/>`;
}

function dot(x: number, y: number, colour: string): string {
  return `<circle cx="${at(x)}" cy="${at(y)}" r="4" fill="${colour}"/>`;
}

function text(x: number, y: number, content: string, anchor: 'start' | 'middle' | 'end' = 'middle'): string {
  return `<text x="${at(x)}" y="${at(y)}" text-anchor="${anchor}">${content}</text>`;
}

function at(value: number): string {
  return value.toFixed(1);
}

function short(value: number): string {
  return String(Number(value.toPrecision(6)));
}
