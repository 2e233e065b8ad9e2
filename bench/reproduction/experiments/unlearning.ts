/** @file Table IV: unlearning. */
import { basePlan, TASKS } from '../base';
import { experiment, withRows } from '../experiment';
import { LESSONS, unlearnRow, type UnlearnRow } from '../measure/unlearning';
import { PAPER_TASK, UNLEARNING } from '../paper';
import { beside, percent, table } from '../tables';

const NAMES = { reversed: 'reversed triggers', original: 'original trigger', clean: 'clean images only' } as const;

const runs = TASKS.flatMap((task) => LESSONS.map((lesson) => ({ key: `${task}, ${NAMES[lesson]}`, task, lesson })));

export const unlearning = experiment<UnlearnRow>({
  name: 'unlearning',
  title: 'Unlearning',
  paper: 'Table IV',
  steps: runs.map(({ key, task, lesson }) => ({
    key,
    models: [basePlan(task)],
    minutes: lesson === 'reversed' ? 4 : 2,
    run: (context) => unlearnRow(context, basePlan(task), lesson),
  })),
  section: (rows) => ({
    markdown: [
      'The product’s unlearning with a tenth of the training images (Omniglot: all, 16 a class; the paper does so with PubFig), judged on unseen ones; success is of the original trigger. Ours and, in brackets, the paper’s, in %.',
      table(
        ['task', 'with', 'accuracy before', 'after', 'success before', 'after'],
        withRows(runs, rows).map(({ task, lesson, row }) => {
          const { before } = UNLEARNING[task];
          const after = UNLEARNING[task][lesson];
          return [
            ...[PAPER_TASK[task], NAMES[lesson]],
            ...[beside(percent(row.before.accuracy), before[0]), beside(percent(row.after.accuracy), after[0])],
            ...[beside(percent(row.before.success), before[1]), beside(percent(row.after.success), after[1])],
          ];
        }),
      ),
    ].join('\n\n'),
  }),
});
