/**
 * @file Repeats the paper's experiments and writes what came out into bench/results/reproduction and docs/reproduction.md.
 * Usage: npm run reproduce -- NAME… | --all | --list | --page [--resume] [--steps PART,…] [--data FOLDER] [--threads N]
 * Every step is kept as soon as it is measured; `--resume` leaves those alone that were measured before, and `--steps` runs those with one of
 * these parts in their names. `--page` writes the page anew from what is kept. Models and scans are kept in the user's cache folder.
 */
import { openRuntime } from '../src/runner/runtimes/runtimes';
import { EXPERIMENTS } from './reproduction';
import type { Context, Experiment } from './reproduction/experiment';
import { option } from './lib/options';
import { renewSection } from './reproduction/page';
import { loadResults, saveResults, type Measured } from './reproduction/results';

const order = EXPERIMENTS.map(({ name }) => name);
const flag = (name: string): boolean => process.argv.includes(`--${name}`);

async function list(): Promise<void> {
  for (const { name, title, paper, steps } of EXPERIMENTS) {
    const done = await loadResults(name);
    const count = steps.filter(({ key }) => done.has(key)).length;
    console.log(
      `${name.padEnd(12)} ${title}: ${paper}; ${count} of ${steps.length} steps measured, ${estimate(steps)}`,
    );
  }
}

function estimate(steps: Experiment['steps']): string {
  const minutes = steps.reduce((sum, step) => sum + step.minutes, 0);
  return `about ${Math.ceil(minutes)} min on two quiet cores, training besides`;
}

async function run(experiment: Experiment, context: Context): Promise<void> {
  const { name, steps } = experiment;
  const known = await loadResults(name);
  const parts = option('steps')?.split(',') ?? [''];
  const asked = steps.filter(({ key }) => parts.some((part) => key.includes(part)));
  if (!flag('resume')) for (const { key } of asked) known.delete(key);
  await saveResults(name, known);
  const left = asked.filter(({ key }) => !known.has(key));
  console.log(`${name}: ${left.length} of ${steps.length} steps, ${estimate(left)}`);
  for (const step of left) {
    const started = performance.now();
    const row = await step.run(context);
    const seconds = Math.round((performance.now() - started) / 1000);
    const measured = { row, seconds, runtime: context.runtime.description, date: new Date().toISOString() };
    await keep(experiment, step.key, measured);
    console.log(`${name}, ${step.key}: ${seconds} s`);
  }
}

/** Others may have measured other steps meanwhile. */
async function keep(experiment: Experiment, key: string, measured: Measured): Promise<void> {
  const { name, steps } = experiment;
  const all = new Map([...(await loadResults(name)), [key, measured] as const]);
  const inOrder = steps.flatMap((step) => {
    const known = all.get(step.key);
    return known === undefined ? [] : [[step.key, known] as const];
  });
  await saveResults(name, new Map(inOrder));
  await renewSection(experiment, new Map(inOrder), order);
}

async function main(): Promise<void> {
  if (flag('list')) return list();
  if (flag('page')) {
    for (const experiment of EXPERIMENTS) {
      const results = await loadResults(experiment.name);
      if (results.size > 0) await renewSection(experiment, results, order);
    }
    return;
  }
  const chosen = EXPERIMENTS.filter(({ name }) => flag('all') || process.argv.includes(name));
  if (chosen.length === 0) throw new Error(`Name an experiment, or --all: ${order.join(', ')}`);
  const runtime = await openRuntime({ threads: Number(option('threads') ?? 2) });
  let told = '';
  const tell = (line: string): void => {
    if (line === told) return;
    told = line;
    console.error(line);
  };
  for (const experiment of chosen) await run(experiment, { runtime, tell });
}

await main();
