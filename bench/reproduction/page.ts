/** @file docs/reproduction.md: each experiment's section is written by its command, and nothing else is. */
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { atomicWrite } from '../../src/runner/files/atomicWrite';
import type { Experiment } from './experiment';
import { trainingSeconds } from './models';
import { RESULTS_FOLDER, type Measured } from './results';

const PAGE = path.resolve(import.meta.dirname, '..', '..', 'docs', 'reproduction.md');

/** Renews the section of the experiment, and its figures; `order` has the names of all, as they follow on the page. */
export async function renewSection(
  experiment: Experiment,
  results: ReadonlyMap<string, Measured>,
  order: readonly string[],
): Promise<void> {
  const rows = new Map([...results].map(([key, { row }]) => [key, row]));
  const { markdown, figures = {} } = experiment.section(rows);
  for (const [name, svg] of Object.entries(figures)) await atomicWrite(path.join(RESULTS_FOLDER, `${name}.svg`), svg);
  const text = [`## ${experiment.title}`, await provenance(experiment, results), markdown].join('\n\n');
  const page = await fs.readFile(PAGE, 'utf8');
  await atomicWrite(PAGE, withSection(page, experiment.name, text, order));
}

/** Replaces what stands between the marks of the section, or puts it before the next one that is there. */
export function withSection(page: string, name: string, text: string, order: readonly string[]): string {
  const block = (of: string): RegExp => new RegExp(`<!-- ${of} -->[^]*?<!-- end of ${of} -->\n`);
  const section = `<!-- ${name} -->\n\n${text}\n\n<!-- end of ${name} -->\n`;
  if (block(name).test(page)) return page.replace(block(name), () => section);
  const next = order.slice(order.indexOf(name) + 1).find((later) => block(later).test(page));
  if (next === undefined) return `${page.trimEnd()}\n\n${section}`;
  return page.replace(block(next), (found) => `${section}\n${found}`);
}

/** A figure of {@link renewSection}, for the text. */
export function figureLink(name: string, description: string): string {
  return `![${description}](../bench/results/reproduction/${name}.svg)`;
}

/** Where the figures come from, and what is missing. */
async function provenance({ name, paper, steps }: Experiment, results: ReadonlyMap<string, Measured>): Promise<string> {
  const missing = steps.filter(({ key }) => !results.has(key));
  const measured = steps.flatMap(({ key }) => results.get(key) ?? []);
  const training = await trainingSeconds(steps.filter(({ key }) => results.has(key)).flatMap(({ models }) => models));
  const minutes = (seconds: number): string => `${Math.ceil(seconds / 60)} min`;
  const days = [...new Set(measured.map(({ date }) => date.slice(0, 10)))].sort();
  const runtimes = [...new Set(measured.map(({ runtime }) => runtime))];
  const lines = [
    `${paper}. \`npm run reproduce -- ${name}\`: ${measured.length} of ${steps.length} steps run here (${days.join(', ')}; ${runtimes.join(', ')}), ` +
      `${minutes(measured.reduce((sum, { seconds }) => sum + seconds, 0))} with the models trained, which took ${minutes(training)}.`,
  ];
  if (missing.length > 0) {
    const estimate = missing.reduce((sum, step) => sum + step.minutes, 0);
    lines.push(
      `Not run: ${missing.map(({ key }) => key).join(', ')}; estimated at ${Math.ceil(estimate)} min besides training.`,
    );
  }
  return lines.join('\n');
}
