/** @file Numbers that lie in one piece in a file, and putting others in their place. */
import { replaceNumbers, type NumberType } from '../numberTypes';
import type { Span } from '../wire';

export interface StoredNumbers extends Span {
  readonly type: NumberType;
}

/** A copy of the file with new values, by the keys of their places. */
export function replaceStored(
  file: Uint8Array,
  stored: ReadonlyMap<string, StoredNumbers>,
  changes: ReadonlyMap<string, Float32Array>,
): Uint8Array {
  const result = file.slice();
  for (const [key, values] of changes) {
    const place = stored.get(key);
    if (place === undefined) throw new RangeError(`${key} is no weight of the file`);
    const { start, end, type } = place;
    result.set(replaceNumbers(type, file.subarray(start, end), values, `"${key}"`), start);
  }
  return result;
}
