/** @file Figs. 6 and 7: the original and the reversed trigger side by side. */
import { encodeFloats } from '../../../src/engine/support/base64';
import type { StampedTrigger } from '../../../src/engine/classify/labelTrigger';
import { pngUri } from '../../../src/engine/output/pictures/png';
import { maskImage, stampImage } from '../../../src/engine/output/pictures/triggerImage';
import type { Trigger } from '../../../src/engine/report/scanReport';
import type { ImageShape } from '../../../src/engine/samples/samples';
import { pictureTable } from '../../lib/plot';
import { basePlan, seriesPlan, TASKS } from '../base';
import { experiment, type Context, withRows } from '../experiment';
import { attackName, patch, type ModelPlan } from '../models';
import { figureLink } from '../page';
import { PAPER_TASK, REVERSED_NORM } from '../paper';
import { openModel, reversedTrigger } from '../scans';
import { beside, percent, table } from '../tables';
import type { TaskName } from '../tasks';

interface Row {
  /** PNG as data URIs: m·Δ of the original, m·Δ and m of the reversed trigger. */
  readonly pictures: readonly [original: string, reversed: string, mask: string];
  readonly norms: readonly [original: number, reversed: number];
  /** Of the pixels that the original covers with those that the reversed mask covers by half or more. */
  readonly overlap: number;
  /** Share 0–1 of the reversed mask that lies inside the original. */
  readonly inside: number;
  /** Between the centres of the two masks, in pixels. */
  readonly apart: number;
}

const runs: readonly { readonly key: string; readonly task: TaskName; readonly plan: ModelPlan }[] = TASKS.flatMap(
  (task) => [
    { key: `${task} white`, task, plan: basePlan(task) },
    {
      ...{ key: `${task} noise`, task },
      plan: (task === 'gtsrb' ? seriesPlan : basePlan)(task, patch({ pattern: 'noise' })),
    },
  ],
);

export const triggers = experiment<Row>({
  name: 'triggers',
  title: 'Original and reversed triggers',
  paper: 'Figures 6 and 7',
  steps: runs.map(({ key, plan }) => ({ key, models: [plan], minutes: 2, run: (context) => measure(context, plan) })),
  section: (rows) => ({
    figures: {
      triggers: pictureTable(
        ['original', 'reversed', 'its mask'],
        withRows(runs, rows).map(({ key, row }) => ({ name: key, pictures: row.pictures })),
      ),
    },
    markdown: [
      figureLink('triggers', 'Original and reversed triggers'),
      'Triggers on a black image, and the mask of the reversed one. A reversed trigger is the smallest that works: it lies beside the original or on it, but needs neither the very place nor the colours of its pixels.',
      table(
        [
          'trigger',
          'norm of the original',
          'of the reversed (paper)',
          'IoU of the pixels',
          'part of the reversed mask inside the original, %',
          'centres apart, pixels',
        ],
        withRows(runs, rows).map(({ task, plan, row }) => {
          const pattern = attackName(plan.attack);
          const paper = pattern === 'white' ? REVERSED_NORM[task] : undefined;
          return [
            ...[`${PAPER_TASK[task]}, ${pattern}`, row.norms[0], beside(row.norms[1].toFixed(2), paper)],
            ...[row.overlap.toFixed(2), percent(row.inside, 0), row.apart.toFixed(1)],
          ];
        }),
      ),
    ].join('\n\n'),
  }),
});

async function measure(context: Context, plan: ModelPlan): Promise<Row> {
  const { model, task } = await openModel(context, plan);
  const { target, trigger: original } = model.backdoors[0]!;
  const reversed = await reversedTrigger(context, plan, target);
  const sum = (values: Float32Array): number => values.reduce((total, value) => total + value, 0);
  const covered = reversed.mask.map((value) => Number(value >= 0.5));
  const common = sum(covered.map((value, i) => value * (original.mask[i] ?? 0)));
  const [theirs, ours] = [encoded(original, task.shape), encoded(reversed, task.shape)];
  return {
    pictures: [pngUri(stampImage(theirs)), pngUri(stampImage(ours)), pngUri(maskImage(ours))],
    norms: [sum(original.mask), sum(reversed.mask)],
    overlap: common / (sum(covered) + sum(original.mask) - common),
    apart: Math.hypot(
      ...centre(reversed.mask, task.shape.width).map(
        (value, axis) => value - (centre(original.mask, task.shape.width)[axis] ?? NaN),
      ),
    ),
    inside: sum(reversed.mask.map((value, i) => value * (original.mask[i] ?? 0))) / sum(reversed.mask),
  };
}

/** Row and column, weighted by the mask. */
function centre(mask: Float32Array, width: number): [row: number, column: number] {
  let [sum, row, column] = [0, 0, 0];
  mask.forEach((value, i) => {
    sum += value;
    row += value * Math.floor(i / width);
    column += value * (i % width);
  });
  return [row / sum, column / sum];
}

function encoded({ mask, pattern }: StampedTrigger, { channels, height, width }: ImageShape): Trigger {
  return { channels, height, width, mask: encodeFloats(mask), pattern: encodeFloats(pattern) };
}
