/** @file Fig. 18: the same scan with other images. */
import { CLEAN, WHITE, type ModelPlan } from '../models';
import { basePlan, TASKS } from '../base';
import { experiment, withRows } from '../experiment';
import { INDEX, PAPER_TASK } from '../paper';
import { scanRow, type Images, type ScanRow } from '../scans';
import { beside, table } from '../tables';

const IMAGES: Readonly<Record<Images, string>> = {
  test: 'one half of the test images',
  unseen: 'the other half',
  train: 'training images',
};

const runs = TASKS.flatMap((task) =>
  ([WHITE, CLEAN] as const).flatMap((attack) =>
    (Object.keys(IMAGES) as Images[]).map((images) => {
      const plan: ModelPlan = basePlan(task, attack);
      const kind = attack.kind === 'clean' ? ('clean' as const) : ('infected' as const);
      return { key: `${task} ${kind} ${images}`, task, kind, plan, images };
    }),
  ),
);

export const split = experiment<ScanRow>({
  name: 'split',
  title: 'Other images for the scan',
  paper: 'Figure 18',
  steps: runs.map(({ key, task, plan, images }) => ({
    ...{ key, models: [plan], minutes: task === 'omniglot' ? 5 : 2 },
    run: (context) => scanRow(context, plan, 'race', images),
  })),
  section: (rows) => ({
    markdown: [
      'The product’s scan of the same models with disjoint halves of the test images, and with images that the models were trained on. In brackets the paper’s index, with half of the test images and ' +
        'with training images.',
      table(
        ['model', 'images', 'index of the race (paper)', 'verdict', 'flagged'],
        withRows(runs, rows).map(({ task, kind, images, row }) => {
          const paper = INDEX[task][images === 'train' ? kind : kind === 'clean' ? 'cleanHalf' : 'infectedHalf'];
          return [
            ...[`${PAPER_TASK[task]}, ${kind}`, IMAGES[images], beside(row.index?.toFixed(2), paper)],
            ...[row.verdict, row.flagged.join(', ') || undefined],
          ];
        }),
      ),
    ].join('\n\n'),
  }),
});
