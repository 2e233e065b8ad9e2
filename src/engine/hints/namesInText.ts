/** @file Class names in plain text: a line each, or the list or dictionary that a Python program wrote down. */
import { parseJson } from '../support/parseJson';
import { NUMBERED_NAME } from './nameFiles';
import { namesInJson } from './namesInJson';

/** A string of Python, its quotes around it. */
const PYTHON_STRING = /'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"/g;

/**
 * The names of a `labels.txt`: one a line, each with its number in front or none (`0 cat`, as Teachable Machine writes them; `0: cat`). Empty lines
 * at the end do not count; `undefined` where another one is empty, or where nothing is left.
 */
export function namesInLines(text: string): readonly string[] | undefined {
  const lines = text
    .replace(/^\uFEFF/, '')
    .trimEnd()
    .split(/\r?\n/)
    .map((line) => line.trim());
  if (lines.includes('')) return undefined;
  const numbered = lines.map((line) => NUMBERED_NAME.exec(line));
  const inOrder = numbered.every((match, i) => Number(match?.[1] ?? NaN) === i);
  return inOrder ? numbered.map((match) => match?.[2] ?? '') : lines;
}

/** The names in an entry of a file's metadata: JSON, or the same with Python's quotes (`{0: 'cat', 1: 'dog'}`). */
export function namesInEntry(text: string): readonly string[] | undefined {
  return namesInJson(parseJson(text) ?? parseJson(withJsonQuotes(text)));
}

function withJsonQuotes(text: string): string {
  return text
    .replace(PYTHON_STRING, (_, single: string | undefined, double: string | undefined) =>
      JSON.stringify((single ?? double ?? '').replace(/\\(.)/g, '$1')),
    )
    .replace(/([{,]\s*)(\d+)(\s*:)/g, '$1"$2"$3')
    .replace(/,\s*([}\]])/g, '$1');
}
