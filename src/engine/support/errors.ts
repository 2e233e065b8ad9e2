/** @file Errors that reach the user. Each is one plain sentence; `details` keep the rest for the log. */
import { plainText } from './plainText';

/** What went wrong, where, and what was expected; every field is optional and shown in the log. */
export interface ErrorDetails {
  /** File name as the user knows it. */
  readonly file?: string;
  /** Layer, tensor, archive member or line inside the file. */
  readonly place?: string;
  readonly expected?: string;
  readonly got?: string;
  /** What the user can do about it, one sentence. */
  readonly hint?: string;
}

/** Lists of all unsupported layers are the longest texts. */
const MAX_LENGTH = 4000;

/**
 * Base of all expected failures. `message` is built from the summary and the details. All of these quote names from files, so
 * they are made harmless here, once for every terminal, window and log.
 */
export abstract class NeuralCleanseError extends Error {
  readonly summary: string;
  readonly details: ErrorDetails;

  constructor(summary: string, details: ErrorDetails = {}, options?: { cause?: unknown }) {
    const safe = Object.fromEntries(Object.entries<string>({ ...details }).map(([key, text]) => [key, harmless(text)]));
    super(describe(harmless(summary), safe), options);
    this.name = new.target.name;
    this.summary = harmless(summary);
    this.details = safe;
  }
}

/** The model file is damaged, hostile or not what it claims to be. Nothing was scanned. */
export class ModelFormatError extends NeuralCleanseError {}

/** The file is sound, but it holds something we cannot run or differentiate. Nothing was scanned. */
export class UnsupportedModelError extends NeuralCleanseError {}

/** The clean samples cannot be used. */
export class SamplesError extends NeuralCleanseError {}

/** The caller asked for something impossible (an option out of range, a missing file). */
export class UsageError extends NeuralCleanseError {}

/** The compute runtime is missing or failed. */
export class RuntimeUnavailableError extends NeuralCleanseError {}

/** The user cancelled. Not an error: never show it as one. */
export class CancelledError extends Error {
  constructor() {
    super('Cancelled.');
    this.name = 'CancelledError';
  }
}

/** One plain sentence, and the hint. `translate` gets each text on its own, for surfaces in another language. */
export function describe(
  summary: string,
  { file, place, expected, got, hint }: ErrorDetails,
  translate: (text: string) => string = (text) => text,
): string {
  const where = [file, place && translate(place)].filter((part) => part !== undefined).map((part) => `${part}: `);
  const said = translate(contrasted(summary, expected, got));
  return `${where.join('')}${said}.${hint === undefined ? '' : ` ${translate(hint)}`}`;
}

function contrasted(summary: string, expected: string | undefined, got: string | undefined): string {
  if (expected === undefined) return got === undefined ? summary : `${summary} (got ${got})`;
  return got === undefined ? `${summary} (expected ${expected})` : `${summary} (expected ${expected}, got ${got})`;
}

function harmless(text: string): string {
  return plainText(text, MAX_LENGTH);
}
