/** @file A mask drawn with characters, for terminals of 256 colours and for plain text. */
import type { Trigger } from '../../report/scanReport';
import { maskOf } from '../../report/decodeTrigger';

const MAX_COLUMNS = 32;
/** First of the 24 greys of the 256-colour palette, dark to light. */
const FIRST_GREY = 232;
const GREYS = 24;
const SHADES = ['·', '░', '▒', '▓', '█'] as const;

/** Lines of half blocks, two pixels above each other in one character; large masks are averaged down to 32 columns. */
export function drawMask(trigger: Trigger): string[] {
  const { grey, width, height } = shrink(trigger);
  const lines: string[] = [];
  for (let y = 0; y < height; y += 2) {
    let line = '';
    for (let x = 0; x < width; x++) {
      const upper = grey[y * width + x] ?? 0;
      const lower = y + 1 < height ? (grey[(y + 1) * width + x] ?? 0) : 0;
      line += `\u{1b}[38;5;${FIRST_GREY + upper};48;5;${FIRST_GREY + lower}m▀`;
    }
    lines.push(`${line}\u{1b}[0m`);
  }
  return lines;
}

/** Lines of shades for plain text; two characters a pixel, because a character is twice as high as it is wide. */
export function shadeMask(trigger: Trigger): string[] {
  const { grey, width, height } = shrink(trigger);
  return Array.from({ length: height }, (_, y) =>
    [...grey.subarray(y * width, (y + 1) * width)]
      .map((value) => SHADES[Math.round((value / (GREYS - 1)) * (SHADES.length - 1))] ?? '')
      .map((shade) => shade.repeat(2))
      .join(''),
  );
}

/** Means over square cells, as greys 0–23. */
function shrink(trigger: Trigger): { grey: Uint8Array; width: number; height: number } {
  const mask = maskOf(trigger);
  const cell = Math.ceil(trigger.width / MAX_COLUMNS);
  const width = Math.ceil(trigger.width / cell);
  const height = Math.ceil(trigger.height / cell);
  const sums = new Float64Array(width * height);
  const counts = new Float64Array(width * height);
  for (let y = 0; y < trigger.height; y++) {
    for (let x = 0; x < trigger.width; x++) {
      const at = Math.floor(y / cell) * width + Math.floor(x / cell);
      sums[at] = (sums[at] ?? 0) + (mask[y * trigger.width + x] ?? 0);
      counts[at] = (counts[at] ?? 0) + 1;
    }
  }
  const grey = Uint8Array.from(sums, (sum, i) => {
    const mean = sum / (counts[i] ?? 1);
    return Math.max(0, Math.min(GREYS - 1, Math.round(mean * (GREYS - 1))));
  });
  return { grey, width, height };
}
