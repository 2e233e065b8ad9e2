/** @file Turns stored labels and class names into class indices. */
import { SamplesError } from '../../support/errors';
import type { StoredArray } from './storedArray';

/** Rows decoded at once. */
const BLOCK = 4096;

/** More classes than any classifier has; guards allocations against hostile shapes. */
const MAX_CLASSES = 1 << 20;

export interface NamedClasses {
  /** One per name given, in the same order. */
  readonly labels: Int32Array;
  /** By class index; absent where the names are numbers. */
  readonly classNames?: readonly string[];
}

/**
 * Class indices of `names` (one per image or per folder). Numbers stand for themselves; names of the model's own
 * classes, in small letters or large, with spaces, hyphens or underscores, get the model's indices; anything else is numbered in sorted order, as torchvision
 * and Keras do.
 */
export function classIndices(names: readonly string[], modelClasses?: readonly string[]): NamedClasses {
  const integers = names.map((name) => (/^\d{1,9}$/.test(name) ? Number(name) : -1));
  for (const spelling of [(name: string) => name, loosely]) {
    const known = new Map((modelClasses ?? []).map((name, index) => [spelling(name), index]));
    const isAmbiguous = spelling === loosely && known.size < (modelClasses?.length ?? 0);
    if (modelClasses === undefined || isAmbiguous || !names.every((name) => known.has(spelling(name)))) continue;
    return { labels: Int32Array.from(names, (name) => known.get(spelling(name)) ?? 0), classNames: modelClasses };
  }
  if (integers.every((value) => value >= 0)) return { labels: Int32Array.from(integers) };
  const classNames = [...new Set(names)].sort();
  const indices = new Map(classNames.map((name, index) => [name, index]));
  return { labels: Int32Array.from(names, (name) => indices.get(name) ?? 0), classNames };
}

/** What two spellings of a class name have in common. */
function loosely(name: string): string {
  return name.toLowerCase().replace(/[\s_-]+/g, ' ');
}

/** Class indices from an array `[N]`, `[N, 1]` or one-hot `[N, K]`. */
export async function labelsFrom(array: StoredArray, file: string): Promise<Int32Array> {
  const [count = 0, width = 1] = array.dims;
  if (array.dims.length > 2 || width > MAX_CLASSES) throw notLabels(array, file, `shape [${array.dims.join(', ')}]`);
  const labels = new Int32Array(count);
  for (let start = 0; start < count; start += BLOCK) {
    const rows = Math.min(BLOCK, count - start);
    const values = await array.rows(start, rows);
    for (let row = 0; row < rows; row++) {
      const label = width === 1 ? (values[row] ?? -1) : oneHotIndex(values.subarray(row * width, (row + 1) * width));
      if (!Number.isInteger(label) || label < 0 || label > MAX_CLASSES) {
        throw notLabels(array, file, width === 1 ? `${label}` : 'another vector', start + row);
      }
      labels[start + row] = label;
    }
  }
  return labels;
}

/** Index of the only 1 among zeros, −1 for any other vector. */
function oneHotIndex(row: Uint8Array | Float32Array): number {
  let index = -1;
  for (let i = 0; i < row.length; i++) {
    if (row[i] === 0) continue;
    if (row[i] !== 1 || index !== -1) return -1;
    index = i;
  }
  return index;
}

function notLabels(array: StoredArray, file: string, got: string, row?: number): SamplesError {
  return new SamplesError('the labels cannot be understood', {
    file,
    place: row === undefined ? array.name : `${array.name}[${row}]`,
    expected: 'class numbers from 0, or one-hot rows',
    got,
  });
}
