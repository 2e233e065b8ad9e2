/** @file Figs. 12 and 13: larger and larger triggers. */
import { median } from '../../../src/engine/detect/judge/outliers';
import { linePlot } from '../../lib/plot';
import { seriesPlan } from '../base';
import { experiment, withRows } from '../experiment';
import { patch } from '../models';
import { figureLink } from '../page';
import { PAPER_TASK, SIZES } from '../paper';
import { scanRow, type ScanRow } from '../scans';
import { beside, percent, table } from '../tables';

const SIDES = { gtsrb: [4, 6, 8, 10, 12, 14, 16], mnist: [2, 4, 6, 8, 10, 12, 14] } as const;
const tasks = ['gtsrb', 'mnist'] as const;

const runs = tasks.flatMap((task) =>
  SIDES[task].map((side) => ({
    ...{ key: `${task} ${side}×${side}`, task, side },
    plan: seriesPlan(task, patch({ pattern: 'white', size: side })),
  })),
);

export const size = experiment<ScanRow>({
  name: 'size',
  title: 'Larger triggers',
  paper: 'Figures 12 and 13',
  steps: runs.map(({ key, task, plan }) => ({
    ...{ key, models: [plan], minutes: task === 'gtsrb' ? 2 : 0.5 },
    run: (context) => scanRow(context, plan),
  })),
  section: (rows) => ({
    figures: Object.fromEntries(tasks.map((task) => [`size-${task}`, figure(task, rows)])),
    markdown: [
      'White squares, one model each (the paper: means of ten rounds, on GTSRB alone). An index of 2 is reached up to 8×8 there; the text of the paper says 14×14.',
      table(
        [
          'trigger',
          'attack success, %',
          'index of the race (paper)',
          'norm of the infected label (paper)',
          'median of the others (paper)',
          'verdict',
          'flagged',
        ],
        withRows(runs, rows).map(({ task, side, row }) => {
          const paper = task === 'gtsrb' ? SIZES[side] : undefined;
          const { infected, others } = norms(row);
          return [
            ...[`${PAPER_TASK[task]}, ${side}×${side}`, percent(row.attackSuccess[0])],
            ...[beside(row.index?.toFixed(2), paper?.index), beside(infected.toFixed(1), paper?.infected)],
            ...[beside(others.toFixed(1), paper?.others), row.verdict, row.flagged.join(', ') || undefined],
          ];
        }),
      ),
      ...tasks.map((task) => figureLink(`size-${task}`, `Norms by size of the trigger, ${PAPER_TASK[task]}`)),
    ].join('\n\n'),
  }),
});

/** Compared at equal expense. */
function norms({ compared, targets }: ScanRow): { infected: number; others: number } {
  return {
    infected: compared[targets[0] ?? -1] ?? NaN,
    others: median(compared.flatMap((norm, label) => (norm === null || targets.includes(label) ? [] : [norm]))),
  };
}

function figure(task: (typeof tasks)[number], rows: ReadonlyMap<string, ScanRow>): string {
  const points = withRows(runs, rows)
    .filter((run) => run.task === task)
    .map(({ side, row }) => ({ side, ...norms(row) }));
  const paper = Object.entries(SIZES).map(([side, values]) => ({ side: Number(side), ...values }));
  const line = (from: readonly { side: number; infected: number; others: number }[], of: 'infected' | 'others') =>
    from.map((point) => [point.side, point[of]] as const);
  return linePlot({ x: 'side of the trigger, pixels', y: 'L1 norm' }, [
    { name: 'uninfected labels, median', points: line(points, 'others'), dots: true },
    { name: 'infected label', points: line(points, 'infected'), dots: true },
    ...(task === 'gtsrb'
      ? [
          { name: 'paper: infected label', points: line(paper, 'infected'), dashed: true as const },
          { name: 'paper: uninfected labels, median', points: line(paper, 'others'), dashed: true as const },
        ]
      : []),
  ]);
}
