/** @file Figures that tests measure: checked against their limits, printed, and kept in artifacts/figures.json. */
import * as assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';

export interface Figure {
  /** What was measured, for people. */
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** Values must be smaller. */
  readonly limit?: number;
  /** How many times longer things took than on an idle machine, see {@link slowdown}; limits of time grow with it. */
  readonly slowdown?: number;
}

const BUSY_LOOP = `
  const start = performance.now();
  while (performance.now() - start < 300);
  const { user, system } = process.cpuUsage();
  console.log((performance.now() - start) / ((user + system) / 1000));`;

/**
 * How many times longer a computation takes now because others use the processor; 1 on an idle machine. `engine`: one at
 * the engine's priority, which is lower than the editor's.
 */
export function slowdown(of: 'engine' | 'editor'): number {
  const lower = of === 'engine' ? 'os.setPriority(os.constants.priority.PRIORITY_BELOW_NORMAL);' : '';
  // In a desktop editor, the executable is no plain Node.js.
  const env = { ...process.env, ELECTRON_RUN_AS_NODE: '1' };
  const output = execFileSync(process.execPath, ['-e', lower + BUSY_LOOP], { encoding: 'utf8', env });
  return Math.max(1, Number(output));
}

/** Keeps the figure in the project at `root`, then throws where it misses its limit. */
export function recordFigure(root: string, figure: Figure): void {
  const file = path.join(root, 'artifacts', 'figures.json');
  const earlier = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Figure[]) : [];
  const figures = [...earlier.filter(({ name }) => name !== figure.name), figure];
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(figures, null, 2)}\n`);
  const { value, limit, slowdown: factor = 1 } = figure;
  assert.ok(limit === undefined || value < limit * factor, figureLine(figure));
}

function figureLine({ name, value, unit, limit, slowdown: factor = 1 }: Figure): string {
  const busy = factor > 1.2 ? `; machine busy, all takes ${factor.toFixed(1)} times as long` : '';
  const bound = limit === undefined ? '' : ` (limit ${limit} ${unit}${busy})`;
  return `${name}: ${Number(value.toPrecision(3))} ${unit}${bound}`;
}
