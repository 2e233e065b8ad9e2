/** @file Fig. 5: ranking many labels by a few updates each. */
import { ranked, SCREENING, TOP } from '../../../src/engine/detect/budget/lowCost';
import { Inversion } from '../../../src/engine/detect/invert/inversion';
import { InversionTask, runInversions } from '../../../src/engine/detect/invert/runInversions';
import { compileFor } from '../../../src/engine/detect/invert/triggerStep';
import { RAW } from '../../../src/engine/samples/preprocessing/preprocessing';
import { linePlot } from '../../lib/plot';
import { basePlan } from '../base';
import { experiment, type Context } from '../experiment';
import { figureLink } from '../page';
import { halves, openModel, scanRow, type ScanRow } from '../scans';
import { table } from '../tables';

interface Ranking {
  /** After each iteration: how many of the 100 smallest labels were among them before, and the place of the infected label, 1 for the smallest. */
  readonly iterations: readonly { readonly overlap: number; readonly rank: number }[];
  readonly passesPerIteration: number;
}

const SCANS = {
  'low-cost scheme': { name: 'the paper’s low-cost scheme', scheme: 'paper', minutes: 20 },
  race: { name: 'the race, which has taken its place', scheme: 'race', minutes: 5 },
} as const;

const PLAN = basePlan('omniglot');
const ITERATIONS = 24;

export const lowCost = experiment<Ranking | ScanRow>({
  name: 'low-cost',
  title: 'Many labels at a low cost',
  paper: 'Figure 5 and section V-B',
  steps: [
    { key: 'ranking', models: [PLAN], minutes: 8, run: rank },
    ...Object.entries(SCANS).map(([key, { scheme, minutes }]) => ({
      ...{ key, models: [PLAN], minutes },
      run: (context: Context) => scanRow(context, PLAN, scheme),
    })),
  ],
  section: (rows) => {
    const ranking = rows.get('ranking');
    const scans = Object.entries(SCANS).flatMap(([key, { name }]) => {
      const row = rows.get(key);
      return row !== undefined && 'verdict' in row ? [{ name, ...row }] : [];
    });
    return {
      ...(isRanking(ranking) && { figures: { 'low-cost': figure(ranking) } }),
      markdown: [
        ...(isRanking(ranking) ? [summary(ranking)] : []),
        table(
          ['scan', 'image passes', 'index', 'p', 'flagged'],
          scans.map(({ name, passes, index, pValue, flagged }) => [
            ...[name, passes.toLocaleString('en'), index?.toFixed(2), pValue?.toPrecision(2)],
            flagged.join(', ') || undefined,
          ]),
        ),
      ].join('\n\n'),
    };
  },
});

function isRanking(row: Ranking | ScanRow | undefined): row is Ranking {
  return row !== undefined && 'iterations' in row;
}

function figure({ iterations }: Ranking): string {
  const line = (of: 'overlap' | 'rank'): [number, number][] => iterations.map((each, i) => [i + 1, each[of]]);
  return linePlot(
    { x: `iteration of ${SCREENING.roundUpdates} updates`, y: 'labels', levels: [[TOP / 2, 'stable above']] },
    [
      { name: `of the ${TOP} smallest labels, those that were among them before`, points: line('overlap') },
      { name: 'rank of the infected label', points: line('rank'), dots: true },
    ],
  );
}

function summary({ iterations, passesPerIteration }: Ranking): string {
  const last = iterations.findLastIndex(({ rank }) => rank > 1);
  return [
    `All 1,168 labels of Omniglot are ranked by norm after every few updates (${passesPerIteration.toLocaleString('en')} image passes an iteration). ` +
      `The infected label is the smallest from iteration ${last + 2} on; in the paper from about 12 to 14.`,
    figureLink('low-cost', 'Overlap of the smallest labels between iterations, and rank of the infected label'),
  ].join('\n\n');
}

async function rank(context: Context): Promise<Ranking> {
  const { model, task, classifier } = await openModel(context, PLAN);
  const images = halves(task).scanned;
  const target = model.backdoors[0]!.target;
  const job = { runtime: context.runtime, classifier, preprocessing: RAW, images, loss: 'cross-entropy' as const };
  const step = await compileFor(job, classifier.classes, SCREENING.batch);
  const labels = Array.from({ length: classifier.classes }, (_, label) => label);
  const tasks = labels.map((label) => new InversionTask(new Inversion(label, 1, classifier.input, SCREENING), images));
  const iterations: { overlap: number; rank: number }[] = [];
  let [top, passes] = [new Set<number>(), 0];
  try {
    for (let i = 1; i <= ITERATIONS; i++) {
      const goal = i * SCREENING.roundUpdates;
      passes += await runInversions(step, tasks, classifier.input, ({ inversion }) => inversion.updates >= goal, {});
      const order = ranked(tasks.map(({ inversion }) => inversion));
      const next = order.slice(0, TOP);
      iterations.push({ overlap: next.filter((label) => top.has(label)).length, rank: 1 + order.indexOf(target) });
      top = new Set(next);
      context.tell(`screening, iteration ${i} of ${ITERATIONS}`);
    }
  } finally {
    await step.dispose();
  }
  return { iterations, passesPerIteration: Math.round(passes / ITERATIONS) };
}
