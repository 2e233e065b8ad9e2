/** @file Tables of the page. */

export type Cell = string | number | undefined;

export function table(titles: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const line = (cells: readonly Cell[]): string => `| ${cells.map((cell) => cell ?? '–').join(' | ')} |`;
  return [line(titles), line(titles.map(() => '---')), ...rows.map(line)].join('\n');
}

/** 0.1234 → 12.34 */
export function percent(share: number | undefined, digits = 2): string | undefined {
  return share === undefined ? undefined : (100 * share).toFixed(digits);
}

/** Ours and, in brackets, the paper's. */
export function beside(ours: string | undefined, paper: number | string | undefined): string {
  return `${ours ?? '–'} (${paper ?? '–'})`;
}
