/** @file Reading JSON that somebody else wrote. */
import { ModelFormatError } from '../../support/errors';

export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Narrows to a list without the `any[]` of `Array.isArray`. */
export function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

/** Deeper JSON is no model, and would exhaust the stack of whoever walks through it. */
const MAX_DEPTH = 500;

/** Parses UTF-8 bytes or text; throws {@link ModelFormatError} naming `place`, if it is a place within the file. */
export function parseJson(source: Uint8Array | string, place?: string): JsonObject {
  const where = place === undefined ? {} : { place };
  const noJson = (got: string, cause?: unknown): ModelFormatError =>
    new ModelFormatError('the text is not JSON', { ...where, expected: 'a JSON object', got }, { cause });
  let value: unknown;
  try {
    const text = typeof source === 'string' ? source : new TextDecoder('utf-8', { fatal: true }).decode(source);
    if (depthOf(text) > MAX_DEPTH) throw noJson(`more than ${MAX_DEPTH} levels`);
    value = JSON.parse(text);
  } catch (cause) {
    if (cause instanceof ModelFormatError) throw cause;
    throw noJson(cause instanceof Error ? cause.message : 'something else', cause);
  }
  if (!isObject(value)) {
    throw new ModelFormatError('the JSON has the wrong shape', { ...where, expected: 'an object', got: show(value) });
  }
  return value;
}

/** How many brackets are open at once, outside of texts. */
function depthOf(json: string): number {
  let [depth, deepest] = [0, 0];
  for (const [token] of json.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{}]/gs)) {
    if (token === '[' || token === '{') deepest = Math.max(deepest, ++depth);
    else if (token === ']' || token === '}') depth--;
  }
  return deepest;
}

/** A value for a message: JSON, cut to a readable length. */
export function show(value: unknown): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}
