/** @file How wide text is on a terminal. */

/** East Asian wide and emoji blocks, which take two columns (Unicode Standard Annex 11, main ranges). */
const WIDE =
  /[\u{1100}-\u{115f}\u{2e80}-\u{a4cf}\u{ac00}-\u{d7a3}\u{f900}-\u{faff}\u{fe30}-\u{fe6f}\u{ff00}-\u{ff60}\u{ffe0}-\u{ffe6}\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;

/** Columns that `text` takes; combining marks take none. */
export function columnsOf(text: string): number {
  let columns = 0;
  for (const character of text) {
    if (!/\p{M}/u.test(character)) columns += WIDE.test(character) ? 2 : 1;
  }
  return columns;
}

/** `text` filled with spaces to at least so many columns. */
export function padColumns(text: string, columns: number, align: 'left' | 'right'): string {
  const fill = ' '.repeat(Math.max(0, columns - columnsOf(text)));
  return align === 'left' ? text + fill : fill + text;
}

/** The beginning of `text` that fits into so many columns. */
export function cutToColumns(text: string, columns: number): string {
  let used = 0;
  let end = 0;
  for (const character of text) {
    used += columnsOf(character);
    if (used > columns) break;
    end += character.length;
  }
  return text.slice(0, end);
}
