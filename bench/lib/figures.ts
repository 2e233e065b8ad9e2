/** @file Figures of the editor: printed beside their limits, which fail nothing. */
import { execFileSync } from 'node:child_process';

export interface Figure {
  /** What was measured, for people. */
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** Values should be smaller. */
  readonly limit?: number;
  /** How many times longer things took than on an idle machine, see {@link slowdown}. */
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

/** As a table in Markdown. */
export function figureTable(figures: readonly Figure[]): string {
  const rows = figures.map(({ name, value, unit, limit, slowdown: factor }) => [
    name,
    `${Number(value.toPrecision(3))} ${unit}`,
    limit === undefined ? '' : `${limit} ${unit}`,
    limit === undefined ? '' : value < limit ? 'yes' : 'NO',
    factor === undefined ? '' : factor.toFixed(1),
  ]);
  const lines = [
    ['measure', 'value', 'limit', 'within', 'times slower than idle'],
    ['---', '---', '---', '---', '---'],
    ...rows,
  ];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
