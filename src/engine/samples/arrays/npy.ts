/**
 * @file NumPy's .npy format, versions 1 to 3 (NEP 1). The header is matched against a fixed grammar, never evaluated, and
 * arrays of Python objects (pickles) are refused.
 */
import { dataView } from '../../support/dataView';
import { SamplesError } from '../../support/errors';
import type { ByteSource } from './byteSource';
import type { NumberType } from './numbers';
import { fortranArray, storedArray, type StoredArray } from './storedArray';

const MAX_HEADER = 1 << 16;

const HEADER =
  /^\{(?:\s*'(?:descr|fortran_order|shape)'\s*:\s*(?:'[^']*'|\[[^\]]*\]|True|False|\([\d\s,L]*\))\s*,?){3}\s*\}\s*$/;

export function isNpy(head: Uint8Array): boolean {
  return [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59].every((byte, i) => head[i] === byte);
}

/** The array in `bytes`, or `undefined` when its elements are no numbers (text, records, Python objects). */
export async function readNpy(bytes: ByteSource, name: string): Promise<StoredArray | undefined> {
  const damaged = (got: string): SamplesError =>
    new SamplesError('the NumPy array is damaged', { file: bytes.name, place: name, expected: 'a .npy header', got });
  if (bytes.size < 12) throw damaged(`${bytes.size} bytes`);
  const start = await bytes.read(0, 12);
  if (!isNpy(start)) throw damaged('something else');
  const view = dataView(start);
  const headerStart = start[6] === 1 ? 10 : 12;
  const length = start[6] === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (length > MAX_HEADER || headerStart + length > bytes.size) throw damaged(`a header of ${length} bytes`);

  const header = new TextDecoder().decode(await bytes.read(headerStart, length));
  const order = /'fortran_order'\s*:\s*(True|False)/.exec(header)?.[1];
  const shape = /'shape'\s*:\s*\(([\d\s,L]*)\)/.exec(header)?.[1];
  const descr = /'descr'\s*:\s*('[^']*'|\[)/.exec(header)?.[1];
  if (!HEADER.test(header) || order === undefined || shape === undefined || descr === undefined) {
    throw damaged(header.slice(0, 80));
  }
  const type = numberType(descr.replaceAll("'", ''));
  if (type === undefined) return undefined;
  const dims = shape
    .split(',')
    .filter((part) => part.trim() !== '')
    .map((part) => Number.parseInt(part, 10));
  const make = order === 'True' && dims.length > 1 ? fortranArray : storedArray;
  return make(bytes, { name, dims, type }, headerStart + length);
}

function numberType(descr: string): NumberType | undefined {
  const match = /^([<>|=])([uifb])([1248])$/.exec(descr);
  const kinds = { u: 'u', i: 'i', f: 'f', b: 'b' } as const;
  const sizes = { 1: 1, 2: 2, 4: 4, 8: 8 } as const;
  const kind = kinds[match?.[2] as keyof typeof kinds];
  const size = sizes[Number(match?.[3]) as keyof typeof sizes];
  if (match === null || ((kind === 'f' || kind === 'b') && (size === 1) !== (kind === 'b'))) return undefined;
  return { kind, size, littleEndian: match[1] !== '>' };
}
