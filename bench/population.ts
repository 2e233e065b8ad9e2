/**
 * @file A population of clean and infected models: trains them, each once, measures what could tell them apart, and writes
 * bench/results/population.md. What is trained and measured is kept in the user's cache folder, so that it can go on later.
 * Usage: npm run bench:population -- --data FOLDER [--tasks mnist,mnist2,mnist3,gtsrb,cifar10] [--share I/N] [--threads 1] [--most N]
 *   [--trained], which scans what is trained already and trains nothing
 * Without --data, the rules are fitted and the page written anew from what is there.
 */
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import type { Runtime } from '../src/engine/runtime/runtime';
import { scanned, type PopulationData } from './population/data';
import { measureEvidence } from './population/evidence';
import { POPULATION_FOLDER, populationModel } from './population/models';
import { evidenceFigure } from './population/figure';
import { growPopulation } from './population/grow';
import { populationPage } from './population/page';
import { isExample, type MeasuredModel, reassessed } from './population/rows';
import { fitRules, writeRules } from './population/rule';
import { type ModelPlan, populationPlan } from './population/plan';

const RESULTS = path.join(import.meta.dirname, 'results', 'population.md');

const plans = populationPlan();
if (process.argv.includes('--data')) {
  await growPopulation(plans, ['mnist', 'mnist2', 'mnist3', 'gtsrb', 'cifar10'], evidenceFile, measure);
}
const measured: MeasuredModel[] = [];
for (const { id } of plans) {
  const text = await fs.readFile(evidenceFile(id), 'utf8').catch(() => undefined);
  if (text !== undefined) measured.push(JSON.parse(text) as MeasuredModel);
}
const usable = measured.filter(isExample);
const fits = fitRules(usable);
if (await writeRules(fits))
  console.log('The constants of the rules have changed. Run this again without --data to have the page judge by them.');
const examples = usable.map(reassessed);
await fs.writeFile(RESULTS, populationPage(examples, fits));
await fs.writeFile(RESULTS.replace(/md$/, 'svg'), evidenceFigure(examples));

async function measure(runtime: Runtime, plan: ModelPlan, images: PopulationData): Promise<void> {
  const model = await populationModel(runtime, plan, images);
  const evidence = await measureEvidence(runtime, model.file, scanned(images));
  // Pictures and curves would fill the disk, and no page shows them.
  const text = JSON.stringify({ ...evidence, ...model }, (key, value: unknown) =>
    ['trigger', 'curve'].includes(key) ? undefined : value,
  );
  await fs.writeFile(evidenceFile(plan.id), text);
  const shown = evidence.labels
    .filter(({ response }) => response !== undefined)
    .sort((a, b) => a.l1! - b.l1!)
    .map(
      ({ label, l1, response }) =>
        `${label}${model.targets.includes(label) ? '*' : ''}: ${l1!.toFixed(0)} ×${response!.toFixed(1)}`,
    );
  const attack = model.attackSuccess.map((rate) => rate.toFixed(2)).join(' ');
  const found = `${evidence.verdict} ${evidence.flagged.join(' ')}`;
  console.log(
    `${plan.id} | accuracy ${model.cleanAccuracy.toFixed(3)} | attack ${attack} | ${found} | ${shown.join(', ')}`,
  );
}

function evidenceFile(id: string): string {
  return path.join(POPULATION_FOLDER, `${id}.scan.json`);
}
