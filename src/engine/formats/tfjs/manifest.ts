/** @file The weights manifest of a TensorFlow.js model: which weight stands where in which files. */
import { ModelFormatError, UnsupportedModelError } from '../../support/errors';
import { showDims, sizeOf } from '../../graph/tensor';
import { isList, isObject, show, type JsonObject } from '../keras/json';
import { float16, float32, type NumberType } from '../numberTypes';
import { quantized } from './quantized';

export interface ManifestEntry {
  /** Unique, unlike the name. */
  readonly key: string;
  readonly name: string;
  readonly dims: readonly number[];
  /** `undefined` for types that no layer's weights have, such as int32. */
  readonly type: NumberType | undefined;
  /** As the file names the type, and the bytes of an element. */
  readonly dtype: string;
  readonly width: number;
  /** The group of files that holds it, and where in the group's bytes it begins. */
  readonly group: number;
  readonly offset: number;
}

export interface Manifest {
  /** Paths of the files of each group, whose bytes follow each other. */
  readonly groups: readonly (readonly string[])[];
  readonly entries: readonly ManifestEntry[];
  /** Bytes of each group. */
  readonly sizes: readonly number[];
}

const WIDTHS: ReadonlyMap<string, number> = new Map([
  ['float32', 4],
  ['int32', 4],
  ['bool', 1],
  ['uint8', 1],
  ['uint16', 2],
  ['float16', 2],
  ['complex64', 8],
]);

/** Throws where the manifest is not one, or names a type that has no fixed size. */
export function readManifest(value: unknown): Manifest {
  const groups: string[][] = [];
  const entries: ManifestEntry[] = [];
  const sizes: number[] = [];
  for (const [index, group] of listOf(value, 'weightsManifest').entries()) {
    const place = `weightsManifest[${index}]`;
    if (!isObject(group)) throw wrong(place, 'an object', group);
    groups.push(listOf(group['paths'], `${place}.paths`).map((path) => textOf(path, `${place}.paths`)));
    let offset = 0;
    for (const item of listOf(group['weights'], `${place}.weights`)) {
      if (!isObject(item)) throw wrong(`${place}.weights`, 'objects', item);
      const entry = { ...readEntry(item, place), key: String(entries.length), group: index, offset };
      entries.push(entry);
      offset += sizeOf(entry.dims) * entry.width;
      if (!Number.isSafeInteger(offset))
        throw wrong(`weight "${entry.name}"`, 'a possible shape', showDims(entry.dims));
    }
    sizes.push(offset);
  }
  return { groups, entries, sizes };
}

function readEntry(item: JsonObject, place: string): Omit<ManifestEntry, 'key' | 'group' | 'offset'> {
  const name = textOf(item['name'], `${place}: name`);
  const where = `weight "${name}"`;
  const dims = listOf(item['shape'], where).map((dim) => {
    if (!Number.isSafeInteger(dim) || Number(dim) < 0) throw wrong(where, 'a shape', item['shape']);
    return Number(dim);
  });
  const declared = textOf(item['dtype'], `${where}: dtype`);
  const { quantization } = item;
  const dtype = isObject(quantization) ? textOf(quantization['dtype'], `${where}: quantization`) : declared;
  const width = WIDTHS.get(dtype);
  if (width === undefined) {
    throw new UnsupportedModelError('the number type of a weight is not supported', {
      place: where,
      expected: [...WIDTHS.keys()].join(', '),
      got: dtype,
    });
  }
  const type = declared === 'float32' ? typeOf(dtype, quantization, where) : undefined;
  return { name, dims, type, width, dtype };
}

function typeOf(dtype: string, quantization: unknown, where: string): NumberType | undefined {
  if (dtype === 'float32') return float32;
  if (dtype === 'float16') return float16;
  if ((dtype !== 'uint8' && dtype !== 'uint16') || !isObject(quantization)) return undefined;
  const { scale, min } = quantization;
  if (typeof scale !== 'number' || typeof min !== 'number') {
    throw wrong(`${where}: quantization`, 'scale and min', quantization);
  }
  return quantized(dtype, scale, min);
}

function listOf(value: unknown, place: string): readonly unknown[] {
  if (!isList(value)) throw wrong(place, 'a list', value);
  return value;
}

function textOf(value: unknown, place: string): string {
  if (typeof value !== 'string') throw wrong(place, 'a text', value);
  return value;
}

function wrong(place: string, expected: string, got: unknown): ModelFormatError {
  return new ModelFormatError('the list of weights is wrong', { place, expected, got: show(got) });
}
