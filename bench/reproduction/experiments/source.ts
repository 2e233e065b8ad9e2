/** @file Section VII-E: a backdoor that obeys images of one label only, looked for pair by pair. */
import { scanLabels } from '../../../src/engine/detect/scanLabels';
import { anomalyIndices } from '../../../src/engine/detect/judge/outliers';
import { RAW } from '../../../src/engine/samples/preprocessing/preprocessing';
import { selectSamples } from '../../../src/engine/samples/select';
import { completeSettings } from '../../../src/engine/scan/settings';
import { experiment, type Context, withRows } from '../experiment';
import type { ModelPlan } from '../models';
import { halves, openModel, scanRow, type ScanRow } from '../scans';
import { percent, table } from '../tables';

interface Row {
  /** Of images of all labels, as for other models. */
  readonly scan: ScanRow;
  /** Place of the attacker's pair among all by norm, 1 for the smallest, and how many pairs there are. */
  readonly rank: number;
  readonly pairs: number;
  readonly norm: number;
  /** Of the pair among all. */
  readonly index: number;
  /** The smallest of all. */
  readonly smallest: { readonly source: number; readonly target: number; readonly norm: number };
  readonly passes: number;
}

const SEEDS = [1, 2, 3];
const runs = SEEDS.map((seed) => ({
  key: `mnist, seed ${seed}`,
  from: seed,
  plan: { task: 'mnist', attack: { kind: 'source', source: seed }, seed } satisfies ModelPlan,
}));

export const source = experiment<Row>({
  name: 'source',
  title: 'Source-specific backdoors',
  paper: 'Section VII-E',
  steps: runs.map(({ key, plan }) => ({ key, models: [plan], minutes: 3, run: (context) => measure(context, plan) })),
  section: (rows) => ({
    markdown: [
      'Only images of one label obey the trigger, a white 4×4 square. Each of the 90 pairs of labels of MNIST is inverted on images of its source label alone, as the paper says, at a third of the expense of a label.',
      table(
        [
          ...[
            'model',
            'source → target',
            'attack success, %',
            'verdict of an ordinary scan',
            'norm of the attacker’s pair',
            'its rank',
          ],
          ...['its index', 'smallest pair', 'its norm', 'image passes'],
        ],
        withRows(runs, rows).map(({ key, from, row }) => {
          const { scan, smallest } = row;
          return [
            ...[key, `${from} → ${scan.targets.join()}`, percent(scan.attackSuccess[0]), scan.verdict],
            ...[row.norm.toFixed(1), `${row.rank} of ${row.pairs}`, row.index.toFixed(2)],
            ...[`${smallest.source} → ${smallest.target}`, smallest.norm.toFixed(1), row.passes.toLocaleString('en')],
          ];
        }),
      ),
    ].join('\n\n'),
  }),
});

async function measure(context: Context, plan: ModelPlan): Promise<Row> {
  const { model, task, classifier } = await openModel(context, plan);
  const { source: from, target } = model.backdoors[0]!;
  const images = halves(task).scanned;
  const found: { source: number; target: number; norm: number }[] = [];
  let passes = 0;
  for (let label = 0; label < classifier.classes; label++) {
    const targets = Array.from({ length: classifier.classes }, (_, i) => i).filter((other) => other !== label);
    const { labels, imagePasses } = await scanLabels(
      {
        ...{ runtime: context.runtime, classifier, preprocessing: RAW, checkpointKey: '' },
        images: selectSamples(images, (i) => images.labels?.[i] === label),
        settings: completeSettings(
          { scheme: 'paper', preset: 'quick', seed: plan.seed, labels: targets },
          classifier.classes,
        ),
        now: () => performance.now() / 1000,
      },
      {},
    );
    passes += imagePasses;
    for (const { label: to, l1 } of labels) if (l1 !== undefined) found.push({ source: label, target: to, norm: l1 });
    context.tell(`pairs of ${label}`);
  }
  found.sort((a, b) => a.norm - b.norm);
  const at = found.findIndex((pair) => pair.source === from && pair.target === target);
  return {
    ...{ scan: await scanRow(context, plan), rank: at + 1, pairs: found.length, norm: found[at]?.norm ?? NaN },
    ...{ index: anomalyIndices(found.map(({ norm }) => norm))[at] ?? NaN, smallest: found[0]!, passes },
  };
}
