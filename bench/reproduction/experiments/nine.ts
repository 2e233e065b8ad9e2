/** @file Fig. 17: nine triggers for one label, repaired round by round as users do it. */
import type { Evaluation } from '../../../src/engine/report/repairReport';
import { repairModel } from '../../../src/engine/repair/repairModel';
import { RAW } from '../../../src/engine/samples/preprocessing/preprocessing';
import { scanModel } from '../../../src/engine/scan/scanModel';
import { nodeFiles } from '../../../src/runner/files/nodeFiles';
import { sha256 } from '../../../src/runner/files/sha256';
import { loadTask, scanSource } from '../../lib/data';
import { seriesPlan } from '../base';
import { experiment, type Context, withRows } from '../experiment';
import { originals } from '../measure/repairImages';
import { PAPER_TASK } from '../paper';
import { openModel } from '../scans';
import { percent, table } from '../tables';

interface Row {
  /** Labels that the first scan flags. */
  readonly flagged: readonly number[];
  readonly rounds: number;
  readonly before: Figures;
  readonly after: Figures;
}

interface Figures {
  /** 0–1. */
  readonly accuracy: number;
  /** Of each of the nine, 0–1. */
  readonly success: readonly number[];
}

/** The paper's model was clean after three. */
const MOST_ROUNDS = 3;
const TASKS = ['mnist', 'gtsrb'] as const;

const runs = TASKS.map((task) => ({ key: task, task }));

export const nine = experiment<Row>({
  name: 'nine',
  title: 'Nine triggers for one label',
  paper: 'Figure 17',
  steps: TASKS.map((task) => ({
    ...{ key: task, models: [seriesPlan(task, { kind: 'nine' })], minutes: task === 'gtsrb' ? 20 : 6 },
    run: (context) => measure(context, task),
  })),
  section: (rows) => ({
    markdown: [
      'White 4×4 squares in the corners, at the edges and in the centre. A whole repair, as `repair --method unlearn --loop` does it with the test images: scan, unlearn, scan again, until no label is flagged. ' +
        'In the paper all nine are below 5 % after three rounds.',
      table(
        ['task', 'flagged', 'rounds', 'accuracy before, %', 'after', 'success before: least … most, %', 'after'],
        withRows(runs, rows).map(({ task, row }) => {
          const range = ({ success }: Figures): string =>
            `${percent(Math.min(...success))} … ${percent(Math.max(...success))}`;
          return [
            ...[PAPER_TASK[task], row.flagged.join(', ') || undefined, row.rounds],
            ...[percent(row.before.accuracy), percent(row.after.accuracy), range(row.before), range(row.after)],
          ];
        }),
      ),
    ].join('\n\n'),
  }),
});

async function measure(context: Context, task: (typeof TASKS)[number]): Promise<Row> {
  const { runtime, tell } = context;
  const { model } = await openModel(context, seriesPlan(task, { kind: 'nine' }));
  const request = {
    ...(await scanSource(task, await loadTask(task))),
    ...{ files: nodeFiles, runtime, sha256, model: model.file, preprocessing: RAW.id },
    now: () => performance.now() / 1000,
  };
  const report = await scanModel({ ...request, settings: {} });
  const { report: repaired } = await repairModel(
    {
      ...{ ...request, report, labelChoice: report.flagged.length > 0 ? 'flagged' : [model.backdoors[0]!.target] },
      settings: { method: 'unlearn', loop: true, maxRounds: MOST_ROUNDS },
      givenTriggers: originals(model),
    },
    {
      onProgress: ({ phase, rounds }) => {
        tell(`nine triggers, ${task}, round ${rounds.length}: ${phase}`);
      },
    },
  );
  return {
    ...{ flagged: report.flagged, rounds: repaired.rounds.length },
    ...{ before: figures(repaired.before), after: figures(repaired.after) },
  };
}

function figures({ cleanAccuracy, triggers }: Evaluation): Figures {
  const given = triggers.filter(({ source }) => source === 'given');
  return { accuracy: cleanAccuracy, success: given.map(({ attackSuccess }) => attackSuccess) };
}
