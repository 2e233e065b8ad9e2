/** @file Where a file of class names has the name of a label. */

import { NAMES_IN_JSON, NAMES_IN_TEXT, NUMBERED_NAME } from '../../engine/hints/nameFiles';
import { SIDECAR } from '../../engine/samples/sidecarName';

export interface NamedLabel {
  readonly label: number;
  readonly name?: string;
}

export interface LabelPlace {
  readonly label: number;
  /** Offset behind the name. */
  readonly end: number;
}

/** More would be a coincidence, as where a class is called `0`. */
const MOST_PLACES = 3;
/** As readers of names have it. */
const MOST_CHARACTERS = 4 << 20;

/** Whether a file of this name, beside a model, may name its classes. */
export function namesLabels(fileName: string): boolean {
  return NAMES_IN_TEXT.includes(fileName) || NAMES_IN_JSON.includes(fileName) || fileName.endsWith(SIDECAR);
}

/** In the order of `labels`. In text a label without a name has the line of its number. */
export function labelPlaces(text: string, fileName: string, labels: readonly NamedLabel[]): LabelPlace[] {
  if (text.length > MOST_CHARACTERS) return [];
  return labels.flatMap((one) =>
    (fileName.endsWith('.txt') ? endsInLines(text, one) : endsInJson(text, one)).map((end) => ({
      label: one.label,
      end,
    })),
  );
}

/** One name a line, each with its number in front or none. */
function endsInLines(text: string, { label, name }: NamedLabel): number[] {
  const ends: number[] = [];
  let [start, number] = [0, 0];
  for (const line of text.split('\n')) {
    const written = line.trim();
    const isIt = name === undefined ? number === label && written !== '' : unnumbered(written, label) === name;
    if (isIt) ends.push(start + line.trimEnd().length);
    start += line.length + 1;
    number++;
  }
  return ends.slice(0, MOST_PLACES);
}

/** `0 cat` and `0: cat` are `cat`. */
function unnumbered(written: string, label: number): string {
  const match = NUMBERED_NAME.exec(written);
  return match !== null && Number(match[1]) === label ? (match[2] ?? '') : written;
}

/** Behind each string that is the name. */
function endsInJson(text: string, { name }: NamedLabel): number[] {
  if (name === undefined) return [];
  const wanted = JSON.stringify(name);
  const ends: number[] = [];
  for (let at = text.indexOf(wanted); at >= 0 && ends.length < MOST_PLACES; at = text.indexOf(wanted, at + 1)) {
    ends.push(at + wanted.length);
  }
  return ends;
}
