/** @file L1 norms as in the paper's Fig. 4: a box over the labels that are not flagged, the flagged ones beside it. */
import { t } from '@vscode/l10n';
import { svg } from 'lit-html';
import { formatNorm, formatNumber } from '../../engine/support/numberText';
import { labelTitle } from '../../engine/output/scanSummary';
import type { LabelRow } from '../../shared/panelMessages';
import { anchor, MANY, type DrawnChart } from './anomalyChart';
import { dots, horizontalAxis } from './axes';
import { boxStatistics } from './boxStatistics';
import { linearScale } from './scale';

const HEIGHT = 152;
const MARGIN = { left: 12, right: 16, top: 16, bottom: 42 };
const BOX = 44;

/** What labels are compared by. */
export function sizeOf(row: LabelRow | undefined): number {
  return row?.comparedL1 ?? row?.l1 ?? 0;
}

/** `rows` ascending in {@link sizeOf}, each with an L1 norm. */
export function boxPlot(rows: readonly LabelRow[], width: number): DrawnChart {
  const plot = { left: MARGIN.left, right: width - MARGIN.right, top: MARGIN.top, bottom: HEIGHT - MARGIN.bottom };
  const x = linearScale([0, Math.max(1, sizeOf(rows.at(-1)))], [plot.left, plot.right], width / 110);
  const middle = (plot.top + plot.bottom) / 2;
  const marks = rows.map((row) => ({ row, x: x.position(sizeOf(row)), y: middle + jitter(row.label) * BOX * 0.4 }));
  const flagged = marks.filter(({ row }) => row.flagged);
  const others = marks.filter(({ row }) => !row.flagged);
  const box = boxStatistics(others.map(({ row }) => sizeOf(row)));
  const [top, bottom] = [middle - BOX / 2, middle + BOX / 2];
  return {
    height: HEIGHT,
    points: marks.map((mark) => ({ x: mark.x, text: pointText(mark.row) })),
    chart: svg`
      ${horizontalAxis(plot, x, (value) => formatNumber(value), t('L1 norm of the mask, in pixels'), true)}
      ${
        box &&
        svg`
        <path class="whisker" d=${`M${x.position(box.min)} ${middle}H${x.position(box.lowerQuartile)}M${x.position(box.upperQuartile)} ${middle}H${x.position(box.max)}M${x.position(box.min)} ${top + 10}V${bottom - 10}M${x.position(box.max)} ${top + 10}V${bottom - 10}`} />
        <rect class="box" x=${x.position(box.lowerQuartile)} y=${top} width=${Math.max(1, x.position(box.upperQuartile) - x.position(box.lowerQuartile))} height=${BOX} />
        <line class="median" x1=${x.position(box.median)} x2=${x.position(box.median)} y1=${top} y2=${bottom} />
        <text class="annotation" x=${x.position(box.median)} y=${top - 7} text-anchor=${anchor(x.position(box.median), width)}>${t('median without flagged labels {0}', formatNumber(box.median))}</text>`
      }
      <path class=${rows.length > MANY ? 'dots tiny small' : 'dots small'} d=${dots(others)} />
      <path class="dots flagged" d=${dots(flagged.map((mark) => ({ x: mark.x, y: middle })))} />
      ${flagged
        .slice(0, 5)
        .map(
          (mark, i) =>
            svg`<text class="annotation flagged" x=${mark.x} y=${middle - 12 - 14 * (i % 2)} text-anchor=${anchor(mark.x, width)}>▼ ${labelTitle(mark.row)}</text>`,
        )}`,
  };
}

/** −1…1, the same each time: it only keeps the dots of a label apart from the next. */
function jitter(label: number): number {
  return (((label * 0.618034) % 1) - 0.5) * 2;
}

function pointText(row: LabelRow): string {
  const flagged = row.flagged ? `, ${t('flagged')}` : '';
  return `${t('Label {0}: L1 norm {1} pixels', labelTitle(row), formatNorm(row))}${flagged}`;
}
