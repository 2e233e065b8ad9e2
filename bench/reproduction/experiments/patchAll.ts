/** @file Section VII-C: a model with every label infected is repaired by unlearning the triggers of all labels at once. */
import { seriesPlan } from '../base';
import { experiment, withRows } from '../experiment';
import { unlearnAllRow, type UnlearnAllRow } from '../measure/unlearning';
import { PAPER_TASK } from '../paper';
import { percent, table } from '../tables';

const COUNTS = { gtsrb: 43, mnist: 10 } as const;

const runs = (['gtsrb', 'mnist'] as const).map((task) => ({
  key: task,
  task,
  plan: { ...seriesPlan(task, { kind: 'labels', count: COUNTS[task] }), ratio: ratioFor(COUNTS[task]) },
}));

/** As the authors' code poisons for so many targets: with a tenth shared by all, none of 43 triggers is learned. */
function ratioFor(count: number): number {
  return (0.1 * count) / (1 + 0.1 * count);
}

export const patchAll = experiment<UnlearnAllRow>({
  name: 'patch-all',
  title: 'All labels infected',
  paper: 'Section VII-C',
  steps: runs.map(({ task, plan }) => ({
    ...{ key: task, models: [plan], minutes: task === 'gtsrb' ? 15 : 3 },
    run: (context) => unlearnAllRow(context, plan),
  })),
  section: (rows) => ({
    markdown: [
      'Every label has a noise square of its own, on 0.1 N / (1 + 0.1 N) of the training images for N labels as in the authors’ code. The triggers of all labels, one each, are unlearned at once, as `repair --all-labels` does. In the paper that leaves a mean attack success of 2.83 % on GTSRB.',
      table(
        [
          'task',
          'verdict',
          'labels flagged',
          'mean success before, %',
          'after',
          'largest after',
          'accuracy before, %',
          'after',
        ],
        withRows(runs, rows).map(({ task, row }) => {
          const mean = (shares: readonly number[]): number =>
            shares.reduce((sum, share) => sum + share / shares.length, 0);
          return [
            ...[
              PAPER_TASK[task],
              row.verdict,
              row.flagged,
              percent(mean(row.before.success)),
              percent(mean(row.after.success)),
            ],
            ...[percent(Math.max(...row.after.success)), percent(row.before.accuracy), percent(row.after.accuracy)],
          ];
        }),
      ),
    ].join('\n\n'),
  }),
});
