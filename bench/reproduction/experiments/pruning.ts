/** @file Figs. 9, 10, 21 and 22: pruning by the activation that the reversed trigger adds. */
import { linePlot } from '../../lib/plot';
import { basePlan, TASKS } from '../base';
import { experiment, withRows } from '../experiment';
import { LAYERS, pruneRow, type PrunePoint } from '../measure/pruning';
import { figureLink } from '../page';
import { PAPER_TASK, PRUNING } from '../paper';
import { percent, table } from '../tables';

/** A trigger with a smaller share of successes no longer works. */
const DEAD = 0.01;

const runs = TASKS.flatMap((task) => LAYERS.map((layer) => ({ key: `${task}, ${layer}`, task, layer })));

export const pruning = experiment<readonly PrunePoint[]>({
  name: 'pruning',
  title: 'Pruning',
  paper: 'Figures 9, 10, 21 and 22',
  steps: runs.map(({ key, task, layer }) => ({
    key,
    models: [basePlan(task)],
    minutes: 2,
    run: (context) => pruneRow(context, basePlan(task), layer),
  })),
  section: (rows) => ({
    figures: Object.fromEntries(
      withRows(runs, rows).map(({ task, layer, row }) => [figureName(task, layer), curves(row)]),
    ),
    markdown: [
      'Neurons are pruned in the order of what the reversed trigger adds to their activation. The table has the first point where it turns at most 1 % of unseen images, the curves are below.',
      table(
        ['task and layer', 'pruned, %', 'points of accuracy lost', 'original trigger, %', 'paper'],
        withRows(runs, rows).map(({ task, layer, row: points }) => {
          const dead = points.find(({ reversed }) => reversed <= DEAD);
          const lost = (points[0]?.accuracy ?? NaN) - (dead?.accuracy ?? NaN);
          const cells =
            dead === undefined ? ['never'] : [percent(dead.pruned, 0), percent(lost), percent(dead.original)];
          return [
            `${PAPER_TASK[task]}, ${layer}`,
            cells[0],
            cells[1],
            cells[2],
            layer === LAYERS[0] ? PRUNING[task] : undefined,
          ];
        }),
      ),
      ...withRows(runs, rows).map(
        ({ task, layer }) =>
          `${PAPER_TASK[task]}, ${layer}:\n\n${figureLink(figureName(task, layer), `Pruning, ${task}, ${layer}`)}`,
      ),
    ].join('\n\n'),
  }),
});

function figureName(task: string, layer: string): string {
  return `pruning-${task}-${layer.replaceAll(' ', '-')}`;
}

function curves(points: readonly PrunePoint[]): string {
  const curve = (value: (point: PrunePoint) => number): [number, number][] =>
    points.map((point) => [100 * point.pruned, 100 * value(point)]);
  return linePlot({ x: 'neurons pruned, %', y: '%', top: 100 }, [
    { name: 'accuracy', points: curve(({ accuracy }) => accuracy) },
    { name: 'success of the original trigger', points: curve(({ original }) => original) },
    { name: 'success of the reversed trigger', points: curve(({ reversed }) => reversed), dashed: true },
  ]);
}
