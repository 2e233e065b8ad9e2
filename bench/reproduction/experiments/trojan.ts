/** @file The Trojan attack: the paper's rows of Trojan Square and Trojan Watermark, on small tasks. */
import { experiment, type Context, withRows } from '../experiment';
import { filterRow } from '../measure/filter';
import { neuronRow, type NeuronRow } from '../measure/neurons';
import { pruneRow } from '../measure/pruning';
import { unlearnRow, type Lesson, type UnlearnRow } from '../measure/unlearning';
import { CLEAN, type ModelPlan } from '../models';
import { FILTER_RATES, PAPER_TASK, TROJAN } from '../paper';
import { openModel, scanRow, targetsOf, type ScanRow } from '../scans';
import { TASKS } from '../base';
import { beside, percent, table } from '../tables';

interface Row {
  /** Accuracy of the model before the attack, 0–1. */
  readonly cleanAccuracy: number;
  readonly originalNorm: number;
  readonly scan: ScanRow;
  /** Absent where the scan found no trigger for the target. */
  readonly repaired?: {
    readonly neurons: NeuronRow;
    /** Of stamped images, with the filters that may reject 5 % of clean ones: those that pass the paper's, and the product's. */
    readonly passed: readonly [paper: number, own: number];
    /** With 30 % of the second-to-last layer pruned: success of the reversed and of the original trigger. */
    readonly pruned: readonly [reversed: number, original: number];
    readonly unlearned: Readonly<Record<Lesson, UnlearnRow>>;
  };
}

const SHAPES = ['square', 'watermark'] as const;
const PRUNED = 0.3;

const runs = TASKS.flatMap((task) =>
  SHAPES.map((shape) => ({
    ...{ key: `${task} ${shape}`, task, shape },
    plan: { task, attack: { kind: 'trojan', shape }, seed: 1 } satisfies ModelPlan,
  })),
);

export const trojan = experiment<Row>({
  name: 'trojan',
  title: 'Trojan attack',
  paper: 'The rows Trojan Square and Trojan WM of Tables II to V, Figures 3, 6, 8 and 10',
  steps: runs.map(({ key, task, plan }) => ({
    ...{ key, models: [{ ...plan, attack: CLEAN }, plan], minutes: task === 'mnist' ? 3 : 10 },
    run: (context) => measure(context, plan),
  })),
  section: (rows) => {
    const found = withRows(runs, rows).map((run) => ({ ...run, paper: TROJAN[run.shape] }));
    const repaired = found.flatMap(({ row, ...rest }) =>
      row.repaired === undefined ? [] : [{ ...rest, ...row.repaired }],
    );
    return {
      markdown: [
        'A trigger made for a neuron of the second-to-last layer of the clean model, in a square of 7 % of the image or as a watermark in it; then that layer and the last one are trained on images that are inverted from ' +
          'the model, with and without the trigger (Liu et al., 2018). The paper scans the released models of that attack, of 2,622 faces at 224×224 pixels; ours are the small tasks, so compare what ' +
          'happens, not the figures.',
        table(
          [
            'model',
            'accuracy before the attack, %',
            'after (paper)',
            'attack success, % (paper)',
            'index of the race (paper)',
            'verdict',
            'flagged',
            'norm: reversed / original (paper)',
          ],
          found.map(({ task, shape, row, paper }) => [
            ...[
              `${PAPER_TASK[task]}, ${shape}`,
              percent(row.cleanAccuracy),
              beside(percent(row.scan.accuracy), paper.accuracy),
            ],
            ...[
              beside(percent(row.scan.attackSuccess[0]), paper.success),
              beside(row.scan.index?.toFixed(2), paper.index),
            ],
            ...[row.scan.verdict, row.scan.flagged.join(', ') || undefined],
            beside(`${row.scan.norms[0]?.toFixed(1) ?? '–'} / ${row.originalNorm}`, paper.norms),
          ]),
        ),
        table(
          [
            'model',
            'neurons: clean / reversed / original (paper)',
            'IoU (paper)',
            'pass the paper’s filter at 5 %, % (paper)',
            'the product’s',
            'after pruning 30 %: reversed / original, % (paper)',
          ],
          repaired.map(({ task, shape, neurons, passed, pruned, paper }) => [
            `${PAPER_TASK[task]}, ${shape}`,
            beside(
              [neurons.clean, neurons.reversed, neurons.original].map((value) => value.toFixed(2)).join(' / '),
              paper.neurons,
            ),
            ...[
              beside(neurons.overlap.toFixed(3), paper.overlap),
              beside(percent(passed[0]), paper.passed),
              percent(passed[1]),
            ],
            beside(pruned.map((share) => percent(share)).join(' / '), paper.pruned),
          ]),
        ),
        table(
          [
            'model',
            'success of the original trigger after unlearning the reversed one, % (paper)',
            'points of accuracy lost',
            'the original one (paper)',
            'clean images only (paper)',
          ],
          repaired.map(({ task, shape, unlearned: { reversed, original, clean }, paper }) => [
            ...[`${PAPER_TASK[task]}, ${shape}`, beside(percent(reversed.after.success), paper.unlearned.reversed)],
            ...[percent(reversed.before.accuracy - reversed.after.accuracy)],
            ...[
              beside(percent(original.after.success), paper.unlearned.original),
              beside(percent(clean.after.success), paper.unlearned.clean),
            ],
          ]),
        ),
      ].join('\n\n'),
    };
  },
});

async function measure(context: Context, plan: ModelPlan): Promise<Row> {
  const { model } = await openModel(context, plan);
  const clean = await openModel(context, { ...plan, attack: CLEAN });
  const scan = await scanRow(context, plan);
  const base = {
    cleanAccuracy: clean.model.cleanAccuracy,
    originalNorm: model.backdoors[0]!.trigger.mask.reduce((sum, value) => sum + value, 0),
    scan,
  };
  if (scan.norms[targetsOf(model).indexOf(model.backdoors[0]!.target)] === null) return base;
  const { paper, own } = await filterRow(context, plan);
  const at = FILTER_RATES.indexOf(0.05);
  const point = (await pruneRow(context, plan, 'second-to-last layer')).find(({ pruned }) => pruned === PRUNED);
  return {
    ...base,
    repaired: {
      neurons: await neuronRow(context, plan),
      passed: [paper[at]?.missed ?? NaN, own[at]?.missed ?? NaN],
      pruned: [point?.reversed ?? NaN, point?.original ?? NaN],
      unlearned: {
        reversed: await unlearnRow(context, plan, 'reversed'),
        original: await unlearnRow(context, plan, 'original'),
        clean: await unlearnRow(context, plan, 'clean'),
      },
    },
  };
}
