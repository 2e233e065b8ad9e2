/** @file Figures that tests measure: checked against their limits, printed, and kept in artifacts/figures.json. */
import * as assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';

export interface Figure {
  /** What was measured, for people. */
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** Values must be smaller. */
  readonly limit?: number;
}

/** Keeps the figure in the project at `root`, then throws where it misses its limit. */
export function recordFigure(root: string, figure: Figure): void {
  const file = path.join(root, 'artifacts', 'figures.json');
  const earlier = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Figure[]) : [];
  const figures = [...earlier.filter(({ name }) => name !== figure.name), figure];
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(figures, null, 2)}\n`);
  const { value, limit } = figure;
  assert.ok(limit === undefined || value < limit, figureLine(figure));
}

export function figureLine({ name, value, unit, limit }: Figure): string {
  const bound = limit === undefined ? '' : ` (limit ${limit} ${unit})`;
  return `${name}: ${Number(value.toPrecision(3))} ${unit}${bound}`;
}
