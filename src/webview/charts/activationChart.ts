/** @file Mean activation of the neurons that a trigger drives most, layer by layer, without and with the trigger. */
import { t } from '@vscode/l10n';
import { svg } from 'lit-html';
import type { LayerActivation } from '../../engine/identify/identification';
import { formatNumber } from '../../engine/support/numberText';
import { plainText } from '../../engine/support/plainText';
import type { DrawnChart } from './anomalyChart';
import { verticalAxis } from './axes';
import { linearScale, roundStep } from './scale';

const HEIGHT = 260;
const MARGIN = { left: 44, right: 12, top: 44, bottom: 30 };
const MAX_BAR = 30;
/** Pixels of a letter, and of a number below the axis. */
const LETTER = 6.5;
const TICK_WIDTH = 34;

export function activationChart(layers: readonly LayerActivation[], width: number): DrawnChart {
  const plot = { left: MARGIN.left, right: width - MARGIN.right, top: MARGIN.top, bottom: HEIGHT - MARGIN.bottom };
  const values = layers.flatMap(({ clean, reversed }) => [clean, reversed]);
  const y = linearScale([Math.min(0, ...values), Math.max(1e-9, ...values)], [plot.bottom, plot.top], 6);
  const step = (plot.right - plot.left) / Math.max(1, layers.length);
  const bar = Math.min(MAX_BAR, step * 0.36);
  const zero = y.position(0);
  const marks = layers.map((layer, i) => ({ layer, x: plot.left + (i + 0.5) * step }));
  const bars = (side: -1 | 0, value: (layer: LayerActivation) => number): string =>
    marks.map(({ layer, x }) => `M${x + side * bar} ${zero}h${bar}V${y.position(value(layer))}h${-bar}z`).join('');
  const names = layers.map(({ name }) => plainText(name, 80));
  const named = names.every((name) => (name.length + 1) * LETTER < step);
  // Many layers are counted; the read-out and the table name them.
  const every = named ? 1 : Math.max(1, roundStep(TICK_WIDTH / step));
  return {
    height: HEIGHT,
    points: marks.map(({ layer, x }, i) => ({ x, text: `${named ? '' : `${i + 1} `}${pointText(layer)}` })),
    chart: svg`
      ${verticalAxis(plot, y, (value) => formatNumber(value, 3).replace('-', '−'), t('mean activation'))}
      <path class="bar" d=${bars(-1, ({ clean }) => clean)} />
      <path class="bar stamped" d=${bars(0, ({ reversed }) => reversed)} />
      ${legend(plot.right - 230, t('clean images'), 'bar')}
      ${legend(plot.right - 112, t('with the trigger'), 'bar stamped')}
      ${marks.map(({ x }, i) =>
        i % every === 0
          ? svg`<text class="tick" x=${x} y=${plot.bottom + 16} text-anchor="middle">${named ? names[i] : i + 1}</text>`
          : '',
      )}`,
  };
}

/** `conv4: 0.412 on clean images, 0.555 with the trigger, 1.3 times as much` */
function pointText({ name, clean, reversed }: LayerActivation): string {
  const figures = t(
    '{0}: {1} on clean images, {2} with the trigger',
    plainText(name, 80),
    formatNumber(clean, 3),
    formatNumber(reversed, 3),
  );
  return clean > 0 && reversed > clean
    ? `${figures}, ${t('{0} times as much', formatNumber(reversed / clean))}`
    : figures;
}

function legend(x: number, text: string, kind: string): ReturnType<typeof svg> {
  return svg`<path class=${kind} d=${`M${x} 8h12v10h-12z`} /><text class="annotation" x=${x + 18} y="17">${text}</text>`;
}
