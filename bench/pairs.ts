/**
 * @file Source-specific backdoors by pairs of labels: scans clean and infected models of the population with `--pairs`, fits the rule for pairs and writes bench/results/pairs.md.
 * Usage: npm run bench:pairs -- --data FOLDER [--tasks mnist,gtsrb] [--share I/N] [--threads 1] [--most N] [--trained], which trains nothing
 * Without --data, the rule is fitted and the page written anew from what is there.
 */
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { classifierOf } from '../src/engine/classify/classifier';
import { scanLabels } from '../src/engine/detect/scanLabels';
import { readModel } from '../src/engine/formats';
import type { Runtime } from '../src/engine/runtime/runtime';
import { RAW } from '../src/engine/samples/preprocessing/preprocessing';
import { completeSettings } from '../src/engine/scan/settings';
import { nodeFiles } from '../src/runner/files/nodeFiles';
import { backdoorsOf } from './population/backdoors';
import { scanned, type PopulationData } from './population/data';
import { growPopulation } from './population/grow';
import { POPULATION_FOLDER, populationModel } from './population/models';
import { fitPairs, type PairModel, pairsPage, rejudged, writePairRule } from './population/pairs';
import { type ModelPlan, populationPlan, sourcePlan } from './population/plan';
import { isExample } from './population/rows';

const RESULTS = path.join(import.meta.dirname, 'results', 'pairs.md');
/** With classes enough, and a network that learns in minutes. */
const TASKS = ['mnist', 'gtsrb'] as const;

const plans = [...sourcePlan(), ...populationPlan()].filter(
  ({ task, attack }) => (attack === undefined || attack.kind === 'source') && TASKS.some((one) => one === task),
);
if (process.argv.includes('--data')) await growPopulation(plans, TASKS, measuredFile, measure);
const measured: PairModel[] = [];
for (const { id } of plans) {
  const text = await fs.readFile(measuredFile(id), 'utf8').catch(() => undefined);
  if (text !== undefined) measured.push(JSON.parse(text) as PairModel);
}
const usable = measured.filter(({ attackSuccess, ...model }) =>
  isExample({ ...model, attackSuccess: attackSuccess === undefined ? [] : [attackSuccess] }),
);
const fit = fitPairs(usable);
if (await writePairRule(fit)) console.log('The constants of the rule have changed.');
await fs.writeFile(RESULTS, pairsPage(usable.map(rejudged), fit));

async function measure(runtime: Runtime, plan: ModelPlan, data: PopulationData): Promise<void> {
  const model = await populationModel(runtime, plan, data);
  const [backdoor] = backdoorsOf(plan, data.shape, data.classes);
  const classifier = classifierOf((await readModel(nodeFiles, model.file)).graph);
  const settings = completeSettings({ pairs: true }, classifier.classes);
  const { verdict, flagged, pairs, imagePasses, seconds } = await scanLabels(
    {
      ...{ runtime, classifier, preprocessing: RAW, images: scanned(data), settings },
      ...{ checkpointKey: plan.id, now: () => performance.now() / 1000 },
    },
    {},
  );
  const row: PairModel = {
    ...{
      plan,
      verdict,
      flagged,
      imagePasses,
      seconds,
      classes: classifier.classes,
      cleanAccuracy: model.cleanAccuracy,
    },
    ...(backdoor?.source !== undefined && {
      ...{ pair: { source: backdoor.source, target: backdoor.target } },
      ...{ attackSuccess: model.attackSuccess[0] ?? NaN },
    }),
    pairs: pairs ?? [],
  };
  await fs.writeFile(measuredFile(plan.id), JSON.stringify(row));
  const shown = row.pairs.map(
    (one) =>
      `${one.source}>${one.target}${one.source === row.pair?.source && one.target === row.pair.target ? '*' : ''} ${one.l1.toFixed(0)} ${one.relativeL1.toFixed(2)} ×${(one.response ?? NaN).toFixed(1)} ${one.effectOnOthers.toFixed(2)} ${one.tiedToPlace.toFixed(2)}`,
  );
  console.log(
    `${plan.id} | ${verdict} ${flagged.join(' ')} | ${imagePasses} | ${seconds.toFixed(0)} s | ${shown.join(' | ')}`,
  );
}

function measuredFile(id: string): string {
  return path.join(POPULATION_FOLDER, `${id}.pairs.json`);
}
