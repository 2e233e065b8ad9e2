/** @file Figs. 14 to 16: several infected labels. */
import { linePlot } from '../../lib/plot';
import { seriesPlan } from '../base';
import { experiment, withRows } from '../experiment';
import { patch } from '../models';
import { figureLink } from '../page';
import { LABELS_INDEX, PAPER_TASK } from '../paper';
import { scanRow, type ScanRow } from '../scans';
import { beside, percent, table } from '../tables';

const COUNTS = { gtsrb: [1, 2, 4, 6, 8, 10, 13], mnist: [1, 2, 3, 4, 5] } as const;
const tasks = ['gtsrb', 'mnist'] as const;

const runs = tasks.flatMap((task) =>
  COUNTS[task].map((count) => ({
    ...{ key: `${task} ${count}`, task, count },
    plan: seriesPlan(task, count === 1 ? patch({ pattern: 'noise' }) : { kind: 'labels', count }),
  })),
);

export const labels = experiment<ScanRow>({
  name: 'labels',
  title: 'Several infected labels',
  paper: 'Figures 14 to 16',
  steps: runs.map(({ key, task, plan }) => ({
    ...{ key, models: [plan], minutes: task === 'gtsrb' ? 3 : 0.5 },
    run: (context) => scanRow(context, plan),
  })),
  section: (rows) => ({
    figures: { labels: figure(rows) },
    markdown: [
      'Each infected label has a noise square of its own. The paper’s index fails beyond 8 of 43 labels on GTSRB and 3 of 10 on MNIST, because the small norms become ' +
        'the rule; our verdict asks the network as well.',
      table(
        [
          ...['model', 'accuracy, %', 'attack success: mean, least, %', 'index of the race (paper)', 'verdict'],
          ...['attacker’s labels flagged', 'others flagged'],
        ],
        withRows(runs, rows).map(({ task, count, row }) => {
          const { targets, flagged, attackSuccess } = row;
          const mean = attackSuccess.reduce((sum, success) => sum + success / attackSuccess.length, 0);
          return [
            ...[`${PAPER_TASK[task]}, ${count}`, percent(row.accuracy)],
            `${percent(mean)}, ${percent(Math.min(...attackSuccess))}`,
            ...[beside(row.index?.toFixed(2), task === 'gtsrb' ? LABELS_INDEX[count - 1] : undefined), row.verdict],
            `${targets.filter((target) => flagged.includes(target)).length} of ${targets.length}`,
            flagged.filter((label) => !targets.includes(label)).length,
          ];
        }),
      ),
      figureLink('labels', 'Anomaly index by number of infected labels'),
    ].join('\n\n'),
  }),
});

function figure(rows: ReadonlyMap<string, ScanRow>): string {
  const line = (task: (typeof tasks)[number]): [number, number][] =>
    withRows(runs, rows).flatMap(({ task: of, count, row: { index } }): [number, number][] =>
      of === task && index !== undefined ? [[count, index]] : [],
    );
  return linePlot({ x: 'infected labels', y: 'anomaly index', levels: [[2, 'the paper’s threshold']] }, [
    { name: PAPER_TASK.gtsrb, points: line('gtsrb'), dots: true },
    { name: PAPER_TASK.mnist, points: line('mnist'), dots: true },
    { name: 'paper: GTSRB', points: LABELS_INDEX.map((index, i): [number, number] => [i + 1, index]), dashed: true },
  ]);
}
