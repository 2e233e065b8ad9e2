/** @file Grid, axes and their figures, shared by all charts. */
import { svg, type SVGTemplateResult } from 'lit-html';
import type { Scale } from './scale';

export interface Plot {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Horizontal grid lines with figures at the left; `title` stands above them. */
export function verticalAxis(
  plot: Plot,
  scale: Scale,
  format: (value: number) => string,
  title: string,
): SVGTemplateResult {
  return svg`
    <text class="axis-title" x=${0} y=${plot.top - 9}>${title}</text>
    ${scale.ticks.map((tick) => {
      const y = scale.position(tick);
      return svg`
        <line class=${tick === 0 ? 'axis' : 'grid'} x1=${plot.left} x2=${plot.right} y1=${y} y2=${y} />
        <text class="tick" x=${plot.left - 6} y=${y + 4} text-anchor="end">${format(tick)}</text>`;
    })}`;
}

/** Figures below the plot; `title` at the right end below them. */
export function horizontalAxis(
  plot: Plot,
  scale: Scale,
  format: (value: number) => string,
  title: string,
  grid = false,
): SVGTemplateResult {
  return svg`
    ${scale.ticks
      .filter((tick) => scale.position(tick) <= plot.right + 1)
      .map((tick) => {
        const x = scale.position(tick);
        return svg`
        ${grid ? svg`<line class="grid" x1=${x} x2=${x} y1=${plot.top} y2=${plot.bottom} />` : ''}
        <text class="tick" x=${x} y=${plot.bottom + 16} text-anchor="middle">${format(tick)}</text>`;
      })}
    <line class="axis" x1=${plot.left} x2=${plot.right} y1=${plot.bottom} y2=${plot.bottom} />
    <text class="axis-title" x=${plot.right} y=${plot.bottom + 32} text-anchor="end">${title}</text>`;
}

/** Many dots as one path, so that thousands cost one element; the stroke's round cap draws them. */
export function dots(points: readonly { readonly x: number; readonly y: number }[]): string {
  return points.map(({ x, y }) => `M${pixel(x)} ${pixel(y)}h0`).join('');
}

export function line(points: readonly { readonly x: number; readonly y: number }[]): string {
  return points.map(({ x, y }, i) => `${i === 0 ? 'M' : 'L'}${pixel(x)} ${pixel(y)}`).join('');
}

/** Hundredths of a pixel are enough. */
function pixel(value: number): number {
  return Math.round(value * 100) / 100;
}
