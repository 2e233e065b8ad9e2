/** @file Attack and detection on every task: Table II, Figs. 3, 4 and 6. */
import { quantile } from '../../../src/engine/support/quantile';
import { experiment, type Context, withRows } from '../experiment';
import { CLEAN, WHITE, type Attack, type ModelPlan } from '../models';
import { figureLink } from '../page';
import { ATTACK, INDEX, PAPER_TASK, REVERSED_NORM, UNINFECTED } from '../paper';
import { boxPlot, type Box } from '../../lib/plot';
import { scanRow, type ScanRow } from '../scans';
import { beside, percent, table } from '../tables';
import type { TaskName } from '../tasks';

interface Row {
  /** Every label inverted to the end, as in the paper; not where a thousand labels would take hours. */
  readonly paper?: ScanRow;
  /** The scan as users run it. */
  readonly race: ScanRow;
}

const SEEDS: Readonly<Record<TaskName, readonly number[]>> = { mnist: [1, 2, 3], gtsrb: [1], omniglot: [1] };
const MINUTES: Readonly<Record<TaskName, number>> = { mnist: 0.5, gtsrb: 7, omniglot: 5 };
const KINDS = { infected: WHITE, clean: CLEAN } as const satisfies Record<string, Attack>;
type Kind = keyof typeof KINDS;

const tasks = Object.keys(SEEDS) as TaskName[];
const runs = tasks.flatMap((task) =>
  SEEDS[task].flatMap((seed) =>
    (Object.keys(KINDS) as Kind[]).map((kind) => ({ key: `${task} ${kind} ${seed}`, task, kind, seed })),
  ),
);

export const detection = experiment<Row>({
  name: 'detection',
  title: 'Attack and detection',
  paper: 'Table II, Figures 3, 4 and 6',
  steps: runs.map(({ key, task, kind, seed }) => {
    const plan: ModelPlan = { task, attack: KINDS[kind], seed };
    return { key, models: [plan], minutes: MINUTES[task], run: (context) => measure(context, plan) };
  }),
  section: (rows) => {
    const found: Found = (task, kind) => withRows(runs, rows).filter((run) => run.task === task && run.kind === kind);
    return {
      figures: { norms: boxPlot('L1 norm, pixels', boxes(found)) },
      markdown: [
        attackTable(found),
        detectionTable(found),
        figureLink('norms', 'Norms of the labels of infected and clean models'),
        'Box plots: norms of the uninfected labels, after as many updates as every label had; dots: the infected one.',
        normsTable(found),
      ].join('\n\n'),
    };
  },
});

async function measure(context: Context, plan: ModelPlan): Promise<Row> {
  const race = await scanRow(context, plan);
  return plan.task === 'omniglot' ? { race } : { race, paper: await scanRow(context, plan, 'paper') };
}

type Found = (task: TaskName, kind: Kind) => readonly { readonly seed: number; readonly row: Row }[];

function attackTable(found: Found): string {
  const mean = (values: readonly number[]): string | undefined =>
    percent(values.length === 0 ? undefined : values.reduce((sum, value) => sum + value / values.length, 0));
  const rows = tasks.map((task) => {
    const [infected, clean] = [found(task, 'infected'), found(task, 'clean')].map((list) =>
      list.map(({ row }) => row.race),
    );
    const paper = ATTACK[task];
    return [
      PAPER_TASK[task],
      beside(mean((infected ?? []).map(({ attackSuccess }) => attackSuccess[0] ?? 0)), paper.success),
      beside(mean((infected ?? []).map(({ accuracy }) => accuracy)), paper.infected),
      beside(mean((clean ?? []).map(({ accuracy }) => accuracy)), paper.clean),
    ];
  });
  const titles = ['task', 'attack success, %', 'accuracy of the infected model', 'of its clean twin'];
  return `Ours and, in brackets, the paper's; means over the seeds.\n\n${table(titles, rows)}`;
}

function detectionTable(found: Found): string {
  const rows = tasks.flatMap((task) =>
    (['infected', 'clean'] as const).flatMap((kind) =>
      found(task, kind).map(({ seed, row: { race, paper } }) => [
        `${PAPER_TASK[task]}, ${kind}, seed ${seed}`,
        beside((paper ?? race).index?.toFixed(2), INDEX[task][kind]),
        race.index?.toFixed(2),
        race.pValue?.toPrecision(2),
        race.verdict,
        race.flagged.join(', ') || undefined,
        race.passes,
      ]),
    ),
  );
  return table(
    ['model', 'index, all labels to the end (paper)', 'index of the race', 'p', 'verdict', 'flagged', 'image passes'],
    rows,
  );
}

function boxes(found: Found): Box[] {
  return tasks.flatMap((task) =>
    (['infected', 'clean'] as const).flatMap((kind) =>
      found(task, kind).map(({ seed, row }) => {
        const { compared, targets } = row.paper ?? row.race;
        return {
          name: `${task} ${kind} ${seed}`,
          values: others(compared, targets),
          marked: targets.flatMap((target) => compared[target] ?? []),
        };
      }),
    ),
  );
}

function normsTable(found: Found): string {
  const rows = tasks.flatMap((task) =>
    found(task, 'infected').map(({ seed, row }) => {
      const { compared, targets, norms } = row.paper ?? row.race;
      const sorted = others(compared, targets).sort((a, b) => a - b);
      const quartiles = [0, 0.25, 0.5, 0.75, 1].map((at) => quantile(sorted, at).toFixed(0));
      const size = task === 'omniglot' ? 25 : 16;
      return [
        `${PAPER_TASK[task]}, seed ${seed}`,
        beside(norms[0]?.toFixed(2), REVERSED_NORM[task]),
        size,
        beside(quartiles.join(' / '), UNINFECTED[task].join(' / ')),
      ];
    }),
  );
  return table(
    [
      'model',
      'norm of the reversed trigger (paper)',
      'of the original',
      'uninfected labels: least / quartiles / most (paper)',
    ],
    rows,
  );
}

/** Norms of the labels that the attacker did not choose. */
function others(norms: readonly (number | null)[], targets: readonly number[]): number[] {
  return norms.flatMap((norm, label) => (norm === null || targets.includes(label) ? [] : [norm]));
}
