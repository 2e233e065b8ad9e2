/** @file Tables III and V: which neurons the triggers drive. */
import { basePlan, TASKS } from '../base';
import { experiment, withRows } from '../experiment';
import { neuronRow, type NeuronRow } from '../measure/neurons';
import { NEURONS, PAPER_TASK } from '../paper';
import { beside, percent, table } from '../tables';

const runs = TASKS.map((task) => ({ key: task, task }));

export const neurons = experiment<NeuronRow>({
  name: 'neurons',
  title: 'Neurons that the trigger drives',
  paper: 'Tables III and V',
  steps: TASKS.map((task) => ({
    key: task,
    models: [basePlan(task)],
    minutes: 2,
    run: (context) => neuronRow(context, basePlan(task)),
  })),
  section: (rows) => ({
    markdown: [
      'Mean activation of the 1 % of the second-to-last layer that the reversed trigger drives most, on images that neither model nor scan has seen, and how far ' +
        'they are those that the original trigger drives. Ours and, in brackets, the paper’s.',
      table(
        ['task', 'clean images', 'reversed trigger', 'original trigger', 'IoU', 'success of the reversed trigger, %'],
        withRows(runs, rows).map(({ task, row }) => {
          const paper = NEURONS[task];
          return [
            PAPER_TASK[task],
            ...(['clean', 'reversed', 'original'] as const).map((kind) => beside(row[kind].toFixed(2), paper[kind])),
            beside(row.overlap.toFixed(3), paper.overlap),
            percent(row.success),
          ];
        }),
      ),
      'The scale of activations depends on the training, so compare the ratios: stamped images drive these neurons several times harder than clean ones do.',
    ].join('\n\n'),
  }),
});
