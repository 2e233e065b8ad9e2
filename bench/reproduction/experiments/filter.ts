/** @file Fig. 8: rejecting stamped images. */
import { linePlot } from '../../lib/plot';
import { basePlan, TASKS } from '../base';
import { experiment, withRows } from '../experiment';
import { filterRow, type FilterRow } from '../measure/filter';
import { figureLink } from '../page';
import { FILTER_MISSED, FILTER_RATES, PAPER_TASK } from '../paper';
import { beside, percent, table } from '../tables';

const runs = TASKS.map((task) => ({ key: task, task }));

export const filter = experiment<FilterRow>({
  name: 'filter',
  title: 'Filter',
  paper: 'Figure 8',
  steps: TASKS.map((task) => ({
    key: task,
    models: [basePlan(task)],
    minutes: 2,
    run: (context) => filterRow(context, basePlan(task)),
  })),
  section: (rows) => ({
    figures: {
      filter: linePlot(
        { x: 'clean images rejected, %', y: 'stamped images that pass, %' },
        withRows(runs, rows).flatMap(({ task, row }) => {
          const curve = (figures: FilterRow['own']): [number, number][] =>
            figures
              .map(({ rejected, missed }): [number, number] => [100 * rejected, 100 * missed])
              .sort(([a], [b]) => a - b);
          return [
            { name: `${task}: the paper’s filter`, points: curve(row.paper), dashed: true as const },
            { name: `${task}: the product’s filter`, points: curve(row.own), dots: true as const },
          ];
        }),
      ),
    },
    markdown: [
      'Stamped images (original trigger, unseen images) that pass, in %, by the share of clean images that may be rejected. Made from the reversed trigger and the images of the scan.',
      table(
        [
          'task',
          'may be rejected, %',
          'paper’s filter (in the paper)',
          'clean images rejected',
          'product’s filter',
          'clean images rejected',
        ],
        withRows(runs, rows).flatMap(({ task, row: { paper, own } }) =>
          FILTER_RATES.map((rate, i) => [
            ...[PAPER_TASK[task], percent(rate, 1), beside(percent(paper[i]?.missed), FILTER_MISSED[task][i])],
            ...[percent(paper[i]?.rejected), percent(own[i]?.missed), percent(own[i]?.rejected)],
          ]),
        ),
      ),
      figureLink('filter', 'Stamped images that pass against clean images rejected'),
    ].join('\n\n'),
  }),
});
