/** @file The numbers of a TensorFlow.js model within the bytes of its weight files. */
import { UnsupportedModelError } from '../../support/errors';
import { sizeOf } from '../../graph/tensor';
import type { StoredWeight } from '../keras/weights/boundModel';
import { decodeNumbers, replaceNumbers } from '../numberTypes';
import type { ManifestEntry } from './manifest';

/** The weight of an entry; `groups` holds the bytes of each group of files. */
export function storedWeight(entry: ManifestEntry, groups: readonly Uint8Array[]): StoredWeight {
  const { type, dims, key } = entry;
  if (type === undefined) {
    throw new UnsupportedModelError('a weight is not stored as numbers that a layer can use', {
      place: `weight "${entry.name}"`,
      expected: 'float32, or quantised from it',
      got: entry.dtype,
    });
  }
  return { key, dims, read: () => decodeNumbers(type, bytesOf(entry, groups)) };
}

/** The bytes of each group with new values for some entries, by key; groups without a change are the same objects. */
export function replaceWeights(
  entries: readonly ManifestEntry[],
  groups: readonly Uint8Array[],
  changes: ReadonlyMap<string, Float32Array>,
): Uint8Array[] {
  const results = [...groups];
  for (const entry of entries) {
    const values = changes.get(entry.key);
    const before = groups[entry.group];
    if (values === undefined || entry.type === undefined || before === undefined) continue;
    const result = results[entry.group] === before ? before.slice() : (results[entry.group] ?? before);
    result.set(replaceNumbers(entry.type, bytesOf(entry, groups), values, `weight "${entry.name}"`), entry.offset);
    results[entry.group] = result;
  }
  return results;
}

function bytesOf(entry: ManifestEntry, groups: readonly Uint8Array[]): Uint8Array {
  const length = sizeOf(entry.dims) * entry.width;
  return groups[entry.group]?.subarray(entry.offset, entry.offset + length) ?? new Uint8Array();
}
