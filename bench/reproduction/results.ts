/** @file What was measured of an experiment, step by step, so that it can go on later. */
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { atomicWrite } from '../../src/runner/files/atomicWrite';

/** A step's row and how it came about. */
export interface Measured {
  readonly row: unknown;
  readonly seconds: number;
  readonly runtime: string;
  /** ISO. */
  readonly date: string;
}

export const RESULTS_FOLDER = path.resolve(import.meta.dirname, '..', 'results', 'reproduction');

export async function loadResults(name: string): Promise<Map<string, Measured>> {
  const text = await fs.readFile(resultsFile(name), 'utf8').catch(() => '{}');
  return new Map(Object.entries(JSON.parse(text) as Record<string, Measured>));
}

/** One line a step, so that a change is a change of that line. */
export async function saveResults(name: string, results: ReadonlyMap<string, Measured>): Promise<void> {
  const lines = [...results].map(([key, measured]) => `${JSON.stringify(key)}: ${JSON.stringify(measured)}`);
  await fs.mkdir(RESULTS_FOLDER, { recursive: true });
  await atomicWrite(resultsFile(name), `{\n${lines.join(',\n')}\n}\n`);
}

function resultsFile(name: string): string {
  return path.join(RESULTS_FOLDER, `${name}.json`);
}
