/** @file The numbers of a TensorFlow.js model within the bytes of its weight files. */
import { dataView } from '../../support/dataView';
import { UnsupportedModelError } from '../../support/errors';
import { bool, int64, sizeOf, type Tensor } from '../../graph/tensor';
import type { StoredWeight } from '../keras/weights/boundModel';
import { decodeNumbers, replaceNumbers } from '../numberTypes';
import type { ManifestEntry } from './manifest';

/** The weight of an entry; `groups` holds the bytes of each group of files. */
export function storedWeight(entry: ManifestEntry, groups: readonly Uint8Array[]): StoredWeight {
  const { type, dims, key } = entry;
  if (type === undefined) throw unusable(entry, 'float32, or quantised from it');
  return { key, dims, read: () => decodeNumbers(type, bytesOf(entry, groups)) };
}

/** The whole numbers of an entry, as int64; truth values as bool. */
export function storedIntegers(entry: ManifestEntry, groups: readonly Uint8Array[]): Tensor {
  const view = dataView(bytesOf(entry, groups));
  const at = (i: number): number => (entry.dtype === 'int32' ? view.getInt32(4 * i, true) : view.getUint8(i));
  if (entry.dtype !== 'int32' && entry.dtype !== 'bool') throw unusable(entry, 'float32, int32 or bool');
  const values = Array.from({ length: sizeOf(entry.dims) }, (_, i) => at(i));
  return entry.dtype === 'bool' ? bool(entry.dims, values.map(Boolean)) : int64(entry.dims, values);
}

function unusable({ name, dtype }: ManifestEntry, expected: string): UnsupportedModelError {
  return new UnsupportedModelError('a weight is not stored as numbers that a layer can use', {
    place: `weight "${name}"`,
    expected,
    got: dtype,
  });
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
