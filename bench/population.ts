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
import { fileExists } from '../src/runner/files/fileExists';
import { openRuntime } from '../src/runner/runtimes/runtimes';
import { option } from './lib/options';
import { populationData, scanned, type PopulationData } from './population/data';
import { measureEvidence } from './population/evidence';
import { POPULATION_FOLDER, populationModel } from './population/models';
import { evidenceFigure } from './population/figure';
import { populationPage } from './population/page';
import { isExample, type MeasuredModel, reassessed } from './population/rows';
import { fitRules, writeRules } from './population/rule';
import { type ModelPlan, populationPlan, type PopulationTask } from './population/plan';

const RESULTS = path.join(import.meta.dirname, 'results', 'population.md');

const plans = populationPlan();
if (process.argv.includes('--data')) await growPopulation();
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

async function growPopulation(): Promise<void> {
  const runtime = await openRuntime({ threads: Number(option('threads') ?? 1) });
  const tasks = (option('tasks') ?? 'mnist,mnist2,mnist3,gtsrb,cifar10').split(',');
  const [part = 1, parts = 1] = (option('share') ?? '1/1').split('/').map(Number);
  const data = new Map<PopulationTask, PopulationData>();
  let left = Number(option('most') ?? Infinity);
  for (const [i, plan] of plans.entries()) {
    if (!tasks.includes(plan.task) || i % parts !== part - 1 || left <= 0) continue;
    if (await fileExists(evidenceFile(plan.id))) continue;
    if (process.argv.includes('--trained') && !(await fileExists(path.join(POPULATION_FOLDER, `${plan.id}.json`))))
      continue;
    const images = data.get(plan.task) ?? (await populationData(plan.task));
    data.set(plan.task, images);
    await measure(runtime, plan, images);
    left--;
  }
}

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
