/** @file Makes hostile text harmless for a terminal: layer, label and file names come from untrusted files. */

/** Control, format (also right-to-left overrides) and unassigned characters, and line breaks. */
const UNSAFE = /[\p{C}\p{Zl}\p{Zp}]/gu;

/** `text` on one line, without characters that move the cursor, colour or reorder; at most `limit` characters. */
export function plainText(text: string, limit = 200): string {
  const safe = text.replace(UNSAFE, '\u{fffd}');
  const characters = Array.from(safe.length > 2 * limit ? safe.slice(0, 2 * limit) : safe);
  return characters.length > limit ? `${characters.slice(0, limit - 1).join('')}…` : characters.join('');
}
